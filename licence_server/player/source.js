/* Where a film comes from: one small interface, so that another kind of source can take its place.
 *
 * urlFor(item) resolves to an address that a <video> or a new tab can open; release(address) is called when it is
 * no longer needed. Here an item is a plain file of the stick.
 */
"use strict";

Player.source = {
  urlFor: function (item) {
    const path = item.file.split("/").map(encodeURIComponent).join("/");
    return Promise.resolve(new URL(path, document.baseURI.split("#")[0]).href);
  },
  release: function () {},
};
