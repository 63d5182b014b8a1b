"""The dashboard's routes, one file per noun, named like its service and its schemas."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/admin", tags=["admin"])
