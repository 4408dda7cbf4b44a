/** The doctor's texts: a sentence and the next step, which is empty if there is nothing to do. */
export const TEXTS = {
  'node-good': ['Node {version} runs passfob.', ''],
  'node-old': [
    'Node {version} is too old: passfob needs {wanted}.',
    'Install Node {wanted} or newer from https://nodejs.org, or from the packages of the system.',
  ],
  'part-loads': ['{part} can be loaded: {use}.', ''],
  'part-library': [
    '{part} cannot be loaded, since the system has no {library}: no {use}.',
    'Install it. On Debian: sudo apt install {package}; on Fedora: sudo dnf install {fedora}',
  ],
  'part-missing': [
    '{part} has no native part for this system ({platform}, {arch}): no {use}.',
    'Build it (the next check covers the compiler): cd node_modules/{folder} && npx node-gyp rebuild',
  ],
  'part-broken': [
    '{part} cannot be loaded: no {use}.',
    'Install passfob anew (npm ci), as the user and with the Node that run it.',
  ],
  'compiler-there': ['A C++ compiler, make and Python are there to build native parts.', ''],
  'compiler-missing': [
    'There is no {programs} to build native parts with.',
    'On Debian: sudo apt install build-essential python3; on Fedora: sudo dnf install gcc-c++ make python3',
  ],
  'compiler-elsewhere': [
    'passfob cannot tell whether native parts can be built here.',
    'On macOS: xcode-select --install; on Windows: install the Visual Studio Build Tools with C++, and Python.',
  ],
  'udev-runs': ['udev runs: ports show which boards they are.', ''],
  'udev-absent': [
    'udev is not installed: ports are found by their names only.',
    'Install it (on Debian: sudo apt install udev), or name the port with --device.',
  ],
  'udev-stopped': [
    'udev does not run, as in a container: ports do not say which board they are, and rules have no effect.',
    'Run passfob outside the container, or name the port with --device.',
  ],
  'udev-unneeded': ['udev does not run here, and the port is named: passfob needs it for nothing else.', ''],
  'rules-installed': ['The udev rules of passfob are installed: {path}.', ''],
  'rules-other': [
    'The udev rules {path} are not those of this passfob.',
    'Install them again: passfob doctor --udev-rules | sudo tee {path}, then: sudo udevadm control --reload, and plug the fob in again.',
  ],
  'rules-spared': ['The udev rules of passfob are not installed, and root needs none.', ''],
  'rules-absent': [
    'The udev rules of passfob are not installed: fobs belong to root and the group of serial ports alone.',
    'Install them: passfob doctor --udev-rules | sudo tee /etc/udev/rules.d/70-passfob.rules, then: sudo udevadm control --reload, and plug the fob in again.',
  ],
  'ports-none': [
    'No port of a board that runs Espruino is there.',
    'Plug the fob in and run this again, to have its port looked at.',
  ],
  'ports-shared': [
    '{ports}: the USB id of a Raspberry Pi Pico does not tell which program it runs. passfob sends it a newline first.',
    'A fob of it needs the Espruino that is built for Passfob: docs/espruino-rpi.md',
  ],
  'ports-there': ['{count} of this machine may hold a fob: {ports}.', ''],
  'port-absent': ['There is no {port}.', 'Plug the fob in, or see what is there: passfob devices --all'],
  'port-usable': ['This user may open {port}.', ''],
  'port-forbidden': [
    'This user may not open {port}, which belongs to the group {group}.',
    'Install the udev rules (passfob doctor --udev-rules), or: sudo usermod -aG {group} $USER, and log in again.',
  ],
  'port-root-only': [
    'This user may not open {port}, which belongs to root alone.',
    'Install the udev rules: passfob doctor --udev-rules | sudo tee /etc/udev/rules.d/70-passfob.rules, then: sudo udevadm control --reload, and plug the fob in again.',
  ],
  'port-owned': [
    '{port} is open already: {owners}.',
    'End that program (a terminal, an IDE or another passfob). A simulated fob has its port open itself.',
  ],
  'port-free': ['No program that this user may see has {port} open.', ''],
  'port-free-for-all': ['No program has {port} open.', ''],
  'owners-elsewhere': ['This system does not tell which program has a port open.', ''],
  'espruino-unread': [
    'passfob opened no port, and so read no version of Espruino. A fob needs 2v21 or later.',
    'See which it is: passfob devices',
  ],
  'modems-absent': ['ModemManager does not run.', ''],
  'modems-ignored': ['ModemManager runs, and the udev rules have it leave fobs alone.', ''],
  'modems-probing': [
    'ModemManager runs, and may write to a fob for seconds after it was plugged in, as if it were a modem.',
    'Install the udev rules, which have it leave fobs alone: passfob doctor --udev-rules',
  ],
  'clock-good': ['The clock of this computer is kept by {source}.', ''],
  'clock-loose': [
    'The clock of this computer is not synchronised: a fob that is set by it shows wrong passcodes when it is off.',
    'Switch network time on: sudo timedatectl set-ntp true. Where there is no systemd, install chrony.',
  ],
  'clock-wrong': [
    'The clock of this computer says {year}.',
    'Set it, or switch network time on: sudo timedatectl set-ntp true',
  ],
  'clock-unknown': [
    'passfob cannot tell whether the clock of this computer is synchronised.',
    'Compare it with a correct clock before you set a fob by it, or see: {command}',
  ],
  'inventory-new': ['There is no inventory yet; the first pairing makes it in {path}.', ''],
  'inventory-good': ['The inventory {path} belongs to this user alone.', ''],
  'inventory-plain': [
    'The inventory is {path}. The access lists of the system say which users can read it.',
    '',
  ],
  'inventory-foreign': [
    'The inventory {path} belongs to another user.',
    'Run passfob as that user, or name another folder by PASSFOB_HOME.',
  ],
  'inventory-open': [
    'Other users can read {path}: anyone who has the key and the database has every secret of the inventory.',
    'Run: chmod 600 {path}. If somebody may have copied it, enrol the accounts again with new secrets.',
  ],
  'inventory-left': [
    'The file {path} may hold keys. A passfob that was killed left it, or somebody made a copy.',
    'Unless it is your copy or another passfob runs right now, delete it: rm {path}',
  ],
  'inventory-listed': ['Other users have access to the folder {path}.', 'Run: chmod 700 {path}'],
  'inventory-shut': [
    'This user may not write to the inventory {path}.',
    'Give the folder back to its user: sudo chown -R $USER {path}',
  ],
} as const satisfies Readonly<Record<string, readonly [sentence: string, next: string]>>;
