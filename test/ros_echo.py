"""A small node in place of one with a model."""

from std_msgs.msg import Header
from std_srvs.srv import SetBool

from robot_dl.ros.model_node import ModelNode
from robot_dl.ros.qos import RESULTS


class EchoNode(ModelNode):
    """Answers each image with its header; fails where a test tells it to."""

    fails_in = ''

    def __init__(self, **options):
        super().__init__('echo', **options)

    def fail_in(self, place):
        """Raise if this is the place where the test wants it."""
        if self.fails_in == place:
            raise RuntimeError(f'broken in {place}')

    def announce(self):
        """Announce the topics."""
        self.output = self.create_lifecycle_publisher(Header, 'answers', RESULTS)
        self.listen_images('image', self.on_image)
        self.create_service(SetBool, '~/extra', lambda request, response: response)
        self.create_timer(100.0, lambda: None)

    def load(self):
        """Open what stands for a model, or fail if told to."""
        self.fail_in('load')
        self.resource = 'a model'

    def begin(self):
        """Fail if told to."""
        self.fail_in('begin')

    def on_image(self, image, header):
        """Answer."""
        self.fail_in('on_image')
        self.output.publish(header)


class FailingNode(EchoNode):
    """An EchoNode that fails in `load` until it is repaired."""

    fails_in = 'load'


class Answers(list):
    """Headers that look like answers with a header, as `Camera.ask` expects."""

    class Answer:
        """An answer."""

        def __init__(self, header):
            self.header = header

    def append(self, header):
        """Keep an answer."""
        super().append(self.Answer(header))
