"""What the terminal shows while a demo runs."""

from robot_dl.cli.demos.display import Display


class Terminal:
    """A stream that says whether it is a terminal, and keeps what is written."""

    def __init__(self, is_terminal):
        self.is_terminal, self.text = is_terminal, ''

    def isatty(self):
        return self.is_terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_a_terminal_shows_one_line_in_place():
    stream = Terminal(True)
    display = Display(stream)
    display.live('one')
    display.live('two')
    display.say('end')
    assert stream.text == '\rone\x1b[K\rtwo\x1b[K\nend\n'


def test_a_line_longer_than_the_terminal_is_cut(monkeypatch):
    monkeypatch.setenv('COLUMNS', '6')
    stream = Terminal(True)
    Display(stream).live('0123456789')
    assert stream.text == '\r01234\x1b[K'


def test_a_file_gets_plain_lines_now_and_then():
    stream = Terminal(False)
    display = Display(stream)
    for number in range(100):
        display.live(str(number))
    display.say('end')
    assert stream.text == '0\nend\n'
