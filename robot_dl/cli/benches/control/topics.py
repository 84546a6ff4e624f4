"""What the programs of the benchmark call their topics, each below the name of its lane."""

JOINT_STATES = 'joint_states'
COMMANDS = 'commands'
ENABLE = 'policy_node/enable'
