TUNES = 8
def prepare(*a): pass
def render(*a): pass
def tidy(*a): pass
