"""What routes are given: the product, the model lane, the cursors and the job worker of their application."""

from typing import Annotated, cast

from fastapi import Depends, Request

from assistant.api.cursors import Cursors
from assistant.api.lane import ModelLane
from assistant.api.worker import JobWorker
from assistant.wiring import Product


# Async, because plain functions would each cost a trip to the thread pool.
async def _product(request: Request) -> Product:
    return cast("Product", request.app.state.product)


async def _lane(request: Request) -> ModelLane:
    return cast("ModelLane", request.app.state.lane)


async def _cursors(request: Request) -> Cursors:
    return cast("Cursors", request.app.state.cursors)


async def _worker(request: Request) -> JobWorker:
    return cast("JobWorker", request.app.state.worker)


Parts = Annotated[Product, Depends(_product)]
Lane = Annotated[ModelLane, Depends(_lane)]
Sealed = Annotated[Cursors, Depends(_cursors)]
Worker = Annotated[JobWorker, Depends(_worker)]
