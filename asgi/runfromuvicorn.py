"""Start uvicorn from Python, for debugging and local development.

Run it from the root:   python asgi/runfromuvicorn.py
Run it from this folder:   python runfromuvicorn.py

Look at the import string and the guard: reload=True and workers=2 need both.
"""

import uvicorn

if __name__ == "__main__":
    uvicorn.run("app:app", host="127.0.0.1", port=8000)
