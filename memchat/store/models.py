"""What was learned about models by using them."""

import apsw

from memchat.store.database import Database
from memchat.store.sql import row, run
from memchat.store.values import ModelFacts

_SCALE_LEAST, _SCALE_MOST = 0.9, 3.0
"""Hardly any tokenizer needs less than o200k_base; a server that reports less counts only what it had not cached."""

_MEMORY = 50
"""A new report counts for at least one in so many, so that the scale follows a model that was replaced."""


class Models:
    """The models of one database, by endpoint and name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, endpoint: str, model: str) -> ModelFacts:
        """What is known; the defaults for a model that is new."""
        return await self._database.read(_get, endpoint, model)

    async def learn_scale(self, endpoint: str, model: str, counted: int, reported: int) -> ModelFacts:
        """Takes a server's token count into the running mean of the scale.

        Args:
            endpoint: The endpoint's name.
            model: The model's name.
            counted: The request's length in o200k_base tokens.
            reported: What the server counted for it.
        """
        if counted <= 0 or reported <= 0:
            return await self.get(endpoint, model)
        ratio = min(_SCALE_MOST, max(_SCALE_LEAST, reported / counted))
        return await self._database.write(_learn, endpoint, model, ratio)

    async def note(
        self,
        endpoint: str,
        model: str,
        *,
        tools: bool | None = None,
        schema: bool | None = None,
        window: int | None = None,
        extracts: bool | None = None,
    ) -> ModelFacts:
        """Keeps what was found out; none leaves what is known.

        Args:
            endpoint: The endpoint's name.
            model: The model's name.
            tools: Whether it can call tools.
            schema: Whether its server can enforce a JSON schema.
            window: Its context window in tokens.
            extracts: Whether it can extract facts.
        """
        return await self._database.write(
            _note, endpoint, model, tools=tools, schema=schema, window=window, extracts=extracts
        )


def _get(db: apsw.Connection, endpoint: str, model: str) -> ModelFacts:
    found = row(
        db,
        "SELECT token_scale, samples, tools, schema, window, extracts FROM models WHERE endpoint = ? AND model = ?",
        endpoint,
        model,
    )
    if found is None:
        return ModelFacts()
    scale, samples, tools, schema, window, extracts = found
    return ModelFacts(
        token_scale=scale,
        samples=samples,
        tools=None if tools is None else bool(tools),
        schema=None if schema is None else bool(schema),
        window=window,
        extracts=None if extracts is None else bool(extracts),
    )


def _learn(db: apsw.Connection, endpoint: str, model: str, ratio: float) -> ModelFacts:
    old = _get(db, endpoint, model)
    weight = 1 / min(old.samples + 1, _MEMORY)
    run(
        db,
        "INSERT INTO models (endpoint, model, token_scale, samples) VALUES (?, ?, ?, 1) "
        "ON CONFLICT DO UPDATE SET token_scale = excluded.token_scale, samples = samples + 1",
        endpoint,
        model,
        old.token_scale + (ratio - old.token_scale) * weight,
    )
    return _get(db, endpoint, model)


def _note(
    db: apsw.Connection,
    endpoint: str,
    model: str,
    *,
    tools: bool | None,
    schema: bool | None,
    window: int | None,
    extracts: bool | None,
) -> ModelFacts:
    run(
        db,
        "INSERT INTO models (endpoint, model, tools, schema, window, extracts) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET tools = coalesce(excluded.tools, tools), "
        "schema = coalesce(excluded.schema, schema), window = coalesce(excluded.window, window), "
        "extracts = coalesce(excluded.extracts, extracts)",
        endpoint,
        model,
        tools,
        schema,
        window,
        extracts,
    )
    return _get(db, endpoint, model)
