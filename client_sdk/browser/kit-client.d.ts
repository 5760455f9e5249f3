/** Types of kit-client.js. How to use it: docs/embedding-browser.md. */

declare namespace KitClient {
  type Mode = "workshop" | "individual";
  type Warning = "no_answer" | "no_storage" | "reactivation_needed" | "response_invalid";

  /** `valid` alone decides whether the kit may run; `code` is for programs, `detail` for people. */
  interface Verdict {
    readonly valid: boolean;
    readonly code:
      | "active" | "in_grace"
      | "unlicensed" | "token_mistyped" | "lease_expired" | "lease_invalid" | "clock_suspect" | "reactivation_needed"
      | "installation_revoked" | "installation_released" | "licence_revoked" | "licence_suspended" | "licence_expired"
      | "licence_pending" | "seat_limit_reached"
      /** Refusals of an activation: `token_unknown`, `token_used_up` and the like. */
      | (string & {});
    readonly detail: string;
    readonly warnings: readonly Warning[];
  }

  /** sent: reports the server answered for, rejected ones included. setAside: reports of batches it refused to read. */
  interface Tally {
    readonly sent: number;
    readonly setAside: number;
    readonly remaining: number;
  }

  interface SyncResult extends Tally {
    readonly verdict: Verdict;
    /** Whether our server itself was heard. */
    readonly reachable: boolean;
  }

  /** The verdict afterwards, and what a receipt acknowledged. */
  interface ImportResult extends Verdict, Tally {}

  /** A report as the contract has it. */
  interface UsageReport {
    readonly id: string;
    readonly seq: number;
    readonly type: "session" | "feedback";
    readonly [member: string]: unknown;
  }

  /** A report the server will not count (`rejected`) or of a batch it would not read (`refused`), and why. */
  interface SetAside {
    readonly status: "rejected" | "refused";
    readonly code?: string;
    readonly detail?: string;
    readonly report: UsageReport;
  }

  /** The claims of the verified lease. Moments are whole seconds since 1970. */
  interface Lease {
    readonly iss: string;
    readonly aud: string;
    readonly sub: string;
    readonly jti: string;
    readonly iat: number;
    readonly nbf: number;
    readonly exp: number;
    readonly grace_until: number;
    readonly organisation: {readonly id: string; readonly name: string};
    readonly licence: {readonly id: string; readonly kind: "trial" | "full"; readonly ends_at: number};
    readonly items: readonly string[];
    readonly check_in_days: number;
  }

  interface Status {
    readonly verdict: Verdict;
    readonly lease: Lease | null;
    /** Reports not acknowledged yet. */
    readonly queued: number;
    readonly aside: readonly SetAside[];
    readonly storage: "indexeddb" | "localstorage" | "memory";
    readonly installationId: string;
    /** "Reported up to …": milliseconds since 1970; 0: never. */
    readonly reportedAt: number;
    readonly usageReporting: "on" | "off";
  }

  /** One sitting. What it recorded is safe when its promises resolve. */
  interface Session {
    /** An item was played for so many (further) seconds; several plays of an item add up. After `end` it does nothing. */
    play(item: string, played?: {seconds?: number; completed?: boolean}): Promise<void>;
    /** End it, the headcount corrected if need be; again is no error. */
    end(corrected?: {attendeeCount?: number | string}): Promise<void>;
  }

  interface Settings {
    /** The server's address, as in the lease's `iss`. */
    server: string;
    kitId: string;
    kitVersion: string;
    /** The public root key, as `licence-server keys list --json` prints it. */
    rootKey: {kty: string; crv: string; x: string; y: string; [member: string]: unknown};
    /** Keeps the state of a kit that was made for one organisation apart. */
    organisation?: string;
    /** For tests: the PC's clock, and a clock for durations; milliseconds. */
    clock?: () => number;
    ticks?: () => number;
  }
}

/** No method rejects for want of network or storage. A mistake of the page rejects with a RangeError. */
declare class KitClient {
  constructor(settings: KitClient.Settings);
  activate(token: string): Promise<KitClient.Verdict>;
  /** Offline. */
  check(): Promise<KitClient.Verdict>;
  /** `learner: false` leaves the opaque learner of individual study out. */
  startSession(
    about: {mode: "workshop"; attendeeCount: number | string} | {mode: "individual"; learner?: boolean},
  ): Promise<KitClient.Session>;
  /** item: what it is about; without it, the kit. comment: at most 2000 characters, naming nobody. */
  giveFeedback(opinion: {rating: 1 | 2 | 3 | 4 | 5; item?: string | null; comment?: string}): Promise<void>;
  sync(): Promise<KitClient.SyncResult>;
  /** Report, then give the seat back. */
  release(): Promise<KitClient.Verdict>;
  /** The content of a *.kit-request file, which holds the token; null: the token is mistyped. */
  exportActivation(token: string): Promise<string | null>;
  /**
   * The content of a file with the oldest reports, up to 500, of one installation: this one's while any wait or its
   * verdict is not active, then a former one's, of another organisation. null: none was ever activated.
   */
  exportMessage(): Promise<string | null>;
  /** Addresses for QR codes of version 20 at most (666 bytes), each complete. Sessions alone, those of former installations too. */
  exportCodes(): Promise<string[]>;
  /** Take the content of a file that came back. */
  importResponse(text: string): Promise<KitClient.ImportResult>;
  /** The eight symbols that a phone shows: whether they belong to a message made here. */
  confirm(symbols: string): Promise<boolean>;
  /** "off": the user objects to usage reporting. Nothing is recorded or sent then; films and lease go on. */
  setUsageReporting(choice: "on" | "off"): Promise<void>;
  /** Everything worth showing to a person. Offline. */
  status(): Promise<KitClient.Status>;
}
