# says: lost after HUP and after TERM|lost after TERM|lost after HUP
timeout = 30
graceful_timeout = 1
