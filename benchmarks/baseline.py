"""The bare thing each figure is measured against: Flask, one route a row, nothing else.

Loaded by gunicorn with the product's own worker class, workers and threads. BENCH_DATABASE_URL says which database.
"""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from flask import Flask, Response, jsonify, request
from sqlalchemy import Column, DateTime, Engine, Integer, MetaData, String, Table, Text, Uuid, create_engine, insert

from licence_server.engines import sqlite_engine

METADATA = MetaData()
REPORTS = Table(
    "report",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("seq", Integer),
    Column("mode", String(10)),
    Column("started_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True)),
    Column("duration_seconds", Integer),
    Column("attendee_count", Integer),
    Column("items", Text),
)


def open_engine(url: str) -> Engine:
    """SQLite with the product's settings (WAL, synchronous=FULL) and its own way to wait for the lock, PostgreSQL as it
    comes."""
    if url.startswith("sqlite:"):
        return sqlite_engine(url)
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), max_overflow=-1)


def create_app() -> Flask:
    app = Flask(__name__)
    engine = open_engine(os.environ["BENCH_DATABASE_URL"])
    key = generate_private_key(SECP256R1())

    def rows(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        return [
            {
                "id": UUID(report["id"]),
                "seq": report["seq"],
                "mode": report["mode"],
                "started_at": datetime.fromisoformat(report["started_at"]),
                "received_at": now,
                "duration_seconds": report["duration_seconds"],
                "attendee_count": report["attendee_count"],
                "items": str(report["items"]),
            }
            for report in reports
        ]

    @app.post("/hello")
    def hello() -> Response:
        return jsonify(status="ok")

    @app.post("/insert")
    def insert_reports() -> Response:
        body = request.get_json()
        with engine.begin() as connection:
            connection.execute(insert(REPORTS), rows(body["reports"]))
        return jsonify(status="ok")

    @app.post("/insert-and-sign")
    def insert_and_sign() -> Response:
        body = request.get_json()
        with engine.begin() as connection:
            connection.execute(insert(REPORTS), {"id": uuid4(), "mode": body["kit"]["id"][:10]})
        return jsonify(token=jwt.encode({"sub": body["installation_id"]}, key, algorithm="ES256"))

    return app


def prepare(url: str) -> None:
    """Make the table."""
    engine = open_engine(url)
    METADATA.create_all(engine)
    engine.dispose()
