"""Optional packages: what to type when one is missing."""

EXTRAS = {
    'onnxruntime': 'cpu',
    'cv2': 'cpu',
    'mujoco': 'sim',
    'jinja2': 'sim',
    'rosbags': 'bags',
    'faster_coco_eval': 'eval',
    'tqdm': 'eval',
    'torch': 'train',
    'onnx': 'quantize',
    'onnxscript': 'train',
    'matplotlib': 'train',
    'stable_baselines3': 'rl',
    'sb3_contrib': 'rl',
    'gymnasium': 'rl',
}
"""Extra of setup.py that brings a module."""

ROS_SUFFIXES = ('_msgs', '_interfaces')


def how_to_get(module: str) -> str | None:
    """Say how to install an optional module; None if it is none of those."""
    if module == 'rclpy' or module.endswith(ROS_SUFFIXES):
        return 'source ROS 2, e.g. /opt/ros/jazzy/setup.bash (in a checkout: make setup)'
    extra = EXTRAS.get(module)
    if extra is None:
        return None
    target = 'setup-test' if extra in ('train', 'quantize', 'rl') else 'setup'
    return f"pip install 'robot_dl[{extra}]' (in a checkout: make {target})"
