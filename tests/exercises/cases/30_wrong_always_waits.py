# says: . Its CPU time stands still, and no answer comes.|What does its CPU time do while a request is under way?
def cause(pid, port):
    return "waits"
