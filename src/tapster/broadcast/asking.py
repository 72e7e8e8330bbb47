"""Whether Redis answers, asked apart from everything else."""

from urllib.parse import urlsplit

from tapster.core.errors import StoreError


async def demand_redis(url: str, *, patience: float = 3.0) -> None:
    """Raise `StoreError` unless the Redis at `url` answers within `patience` seconds.

    The address is named without its password.
    """
    try:
        from redis.asyncio import Redis  # noqa: PLC0415  # an extra that need not be installed
        from redis.exceptions import AuthenticationError, RedisError  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(
            "The Redis client is not installed: install it with `pip install 'tapster[redis]'`, or "
            "unset TAPSTER_REDIS_URL to serve with one worker."
        ) from error
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
    redis = Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience)
    try:
        await redis.ping()
    except AuthenticationError as error:
        raise StoreError(
            f"Redis refused us at {place}: check the user and the password in TAPSTER_REDIS_URL."
        ) from error
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreError(
            f"Redis does not answer at {place}: check that it runs, and that TAPSTER_REDIS_URL is "
            "right."
        ) from error
    finally:
        await redis.aclose()
