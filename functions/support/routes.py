"""`/api/support/*` and `/api/notifications/*`: HTTP in, HTTP out."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/support", tags=["support"])
