"""Run the detection node, and write down everything it must never do.

An audit hook sees every connection, process, unpickling and import, whoever asks for it.
"""

import sys

FORBIDDEN = {
    'socket.connect': 'connected to',
    'socket.getaddrinfo': 'looked up',
    'subprocess.Popen': 'started',
    'os.system': 'started',
    'os.posix_spawn': 'started',
    'pickle.find_class': 'unpickled',
}
NEVER_IMPORTED = ('torch', 'onnx', 'tkinter', 'matplotlib', 'pip')


def watch(event, arguments):
    """Write a line for a forbidden event."""
    if event in FORBIDDEN:
        sys.stderr.write(f'FORBIDDEN: {FORBIDDEN[event]} {arguments}\n')
    elif event == 'import' and arguments[0].partition('.')[0] in NEVER_IMPORTED:
        sys.stderr.write(f'FORBIDDEN: imported {arguments[0]}\n')


if __name__ == '__main__':
    sys.addaudithook(watch)
    if 'provoke' in sys.argv:
        import pickle
        import socket

        pickle.loads(pickle.dumps(FORBIDDEN.get))
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))
    from robot_dl.nodes.detection_node import main

    sys.exit(main())
