wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"title": "a note", "text": "to be kept"}'
