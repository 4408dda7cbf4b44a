/** All English texts of the faceplates. The fob's own texts are not here. */
export const texts = {
  title: 'Passfob simulator',
  fob: 'Simulated fob',
  brand: 'passfob',
  noKey: 'This address is not complete. Open the address that the simulator printed at its start.',
  screen: 'Display of the fob',
  onlyKey: 'Button',
  touchKeys: ['Button', 'Tap on the lower half', 'Tap on the upper half', 'Swipe to the right'],
  keyNumber: (key: number) => `Button ${key + 1}`,
  power: 'Power',
  asText: 'Display as text',
  screenOff: 'The display is off.',
  powerOff: 'The power is off.',
  nothingShown: 'The display shows no text.',
  connecting: 'Connecting to the simulator …',
  connectionLost: 'The simulator does not answer. Trying again …',
  keyHint: 'Click the button, or focus it and press Space or Enter. Keep it down to hold it.',
  noScript: 'This page needs scripts: they send the button to the fob.',
  terminalKeys: 'space press · h hold · p power · q quit',
  terminalTouchKeys: 'space press · h hold · n next · u previous · b back · p power · q quit',
  terminalTooSmall: 'Window too small',
} as const;

const number = (value: number): string => value.toLocaleString('en-GB');
const times = (count: number): string => (count === 1 ? 'once' : `${number(count)} times`);
const many = (count: number, one: string, more: string): string =>
  `${number(count)} ${count === 1 ? one : more}`;

/** Texts of the panels beside the fob. */
export const panelTexts = {
  panels: 'Inside the fob',
  wire: 'Wire',
  memories: 'Memories',
  inUse: 'In use',
  controls: 'Power, clock and faults',
  recording: 'Recording and replay',
  nothingYet: 'Nothing yet.',
  noAnswer: 'The simulator did not answer.',

  time: 'Time (UTC)',
  way: 'Direction',
  port: 'Port',
  content: 'Content',
  ways: { in: 'to the fob', out: 'from the fob' },
  event: 'event',
  wireLines: 'Latest lines of the wire, newest first',
  sealed: 'sealed',
  opened: 'opened',
  stop: 'Stop the view',
  go: 'Let the view run',
  framesOnly: 'Frames only',
  clear: 'Clear the view',
  saveTrace: 'Save the trace',
  keyLabel: 'Pairing key of a test fob (64 hexadecimal digits)',
  keyHint:
    'It opens sealed frames on this page. The page keeps it in its memory and gives it to this simulator alone. Never use the key of a fob that somebody relies on.',
  openFrames: 'Open sealed frames',
  forgetKey: 'Forget the key',
  keyTaken: 'Sealed frames of sessions with this key are opened from now on.',
  keyForgotten: 'The key is forgotten. Frames are sealed again.',
  lostLines: (count: number) =>
    `${many(count, 'line was', 'lines were')} left out because the connection was slow.`,
  traceSaved: (bytes: number) =>
    `The trace has ${number(bytes)} bytes. "passfob trace FILE" and Wireshark read it.`,

  storage: (pages: number, bytes: number) =>
    `Storage: ${many(pages, 'page', 'pages')} of ${number(bytes)} bytes`,
  storagePicture: 'Pages of Storage: files, deleted files, free space',
  page: 'Page',
  files: 'Files',
  file: 'File',
  deleted: 'Deleted',
  free: 'Free',
  erased: 'Erased',
  bytes: 'Bytes',
  from: 'From',
  state: 'State',
  live: 'kept',
  erasedTimes: times,
  emptyPages: (count: number) => `${many(count, 'more page is', 'more pages are')} empty.`,
  fileList: (count: number) => `Files in Storage (${number(count)})`,
  eeprom: (name: string, pages: number) => `EEPROM ${name}: ${many(pages, 'page', 'pages')} of 32 bytes`,
  noEeprom: 'There is no EEPROM on the bus.',
  neverWritten: 'No page was written since this simulator began.',
  mostWritten: (pages: readonly (readonly [number, number])[], untouched: number) =>
    `Most writes: ${pages.map(([page, count]) => `page ${page} ${times(count)}`).join(', ')}. ` +
    `${many(untouched, 'page was', 'pages were')} never written. Counts are those since this simulator began.`,
  written: 'Latest writes, newest first',
  memory: 'Memory',
  memoryNames: { flash: 'Storage', eeprom: 'EEPROM', files: 'files of the Linux board' } as Readonly<
    Record<string, string>
  >,
  act: 'Act',
  acts: { write: 'write', erase: 'erase' } as Readonly<Record<string, string>>,
  latest: 'latest',

  powered: 'Power',
  on: 'on',
  off: 'off',
  asleep: 'on, in deep sleep',
  image: 'Image (CRC-32)',
  noImage: 'none',
  storageUsed: 'Storage',
  storageUse: (used: number, deleted: number, free: number) =>
    `${number(used)} bytes in files, ${number(deleted)} in deleted files, ${number(free)} free`,
  timers: 'Timers',
  timerUse: (count: number, nextMs: number | undefined) =>
    count === 0 ? 'none' : `${number(count)}; the next is due in ${number(Math.round(nextMs ?? 0))} ms`,
  watches: 'Watches',
  noWatches: 'none',
  operations: 'Operations on the memories',
  transfers: 'Transfers on the I2C bus',
  cryptoCalls: 'Calls of the crypto library',
  violations: 'Acts that would harm or stall a real board',
  noViolations: 'none',
  consoleText: 'Console of the interpreter',
  consoleUse: (chars: number) => (chars === 0 ? 'empty, as on a healthy run' : `${number(chars)} characters`),
  showConsole: 'Show the console',
  variables: 'Variables of the interpreter',
  noVariables: 'The simulator has no variables to count: it runs the image in another interpreter.',
  measured: ({ boot, accounts, peak, interpreter }: Measured) =>
    `Measured in a real interpreter (${interpreter}, this image): ${number(boot)} after a start, ${number(accounts)} with 32 accounts, ${number(peak)} at the peak.`,
  measuredOther: ({ boot, accounts, peak, interpreter }: Measured, image: string) =>
    `Measured in a real interpreter (${interpreter}), with another image of this board, ${image}: ${number(boot)} after a start, ${number(accounts)} with 32 accounts, ${number(peak)} at the peak.`,
  neverMeasured: 'No image of this board was measured in a real interpreter.',

  now: 'Simulated time',
  clockIsReal: 'Time is that of this computer. Start the simulator with --clock virtual to move it.',
  moveTime: 'Move time',
  moveBy: 'Milliseconds',
  movedTo: (utc: string) => `It is ${utc} now.`,
  second: 'One second',
  step: '30 seconds',
  day: 'One day',
  cut: 'Cut the power',
  cutIn: 'Operation on the memories, counted from now',
  willCut: (operation: number) => `The power will be cut in operation ${number(operation)}.`,
  losesTime: 'Let the clock’s battery die',
  losesTimeHint: `Only while the power is off: switch off “${texts.power}” beside the fob.`,
  timeLost: 'The clock has lost its time.',
  usb: 'USB cable',
  supplyLabel: 'Millivolts',
  setSupply: 'Set the supply',
  supplySet: 'The supply is set.',
  parts: 'Parts on the bus',
  partNames: { display: 'Display', clock: 'Clock', eeprom: 'EEPROM' },
  faults: 'Faults',
  faultsLabel: 'Plan of faults',
  faultHint:
    'NAME=1/N for each fault, with commas between, such as wire.drop=1/20,power.cut=1/200. Nothing: no faults. "passfob simulate --faults list" names all.',
  setFaults: 'Set the faults',
  faultsSet: (plan: string) => (plan === '' ? 'No fault strikes from now on.' : `From now on: ${plan}.`),
  crypto: 'Memory for the crypto library',
  cryptoLabel: 'Calls that find no memory, from the next on',
  failCrypto: 'Let calls fail',
  cryptoSet: 'The next calls of the crypto library find no memory.',

  notRecorded:
    'Nothing is recorded: only a new fob can be replayed. Start the simulator with --seed NUMBER and a new fob.',
  recorded: (inputs: number) =>
    `${many(inputs, 'input', 'inputs')} since the start: keys, bytes on the wire, time and faults.`,
  secretHint:
    'A recording has no screens, but whoever has it can replay the fob and see all that it showed. An entered PIN follows from the presses in it.',
  unrepeatable: {
    full: 'The recording is full: later inputs are not in it.',
    'other-computer': 'Another computer polls the USB device: a replay may differ from here on.',
  } as Readonly<Record<string, string>>,
  saveRecording: 'Save the recording',
  recordingSaved: (chars: number) => `The recording has ${number(chars)} bytes.`,
  loadRecording: 'Replay a recording',
  loadHint: 'The replay runs on a fob of its own beside this one.',
  loaded: (inputs: number) => `The recording has ${many(inputs, 'input', 'inputs')}.`,
  tooLong: 'This file is too long for a recording.',
  replayScreen: 'Display of the replayed fob',
  replayAt: (input: number, inputs: number, last: string | null, atMs: number) =>
    `After input ${number(input)} of ${number(inputs)}${last === null ? '' : ` (${last})`}, ${(atMs / 1000).toFixed(3)} s after the start`,
  first: 'Start',
  back: 'Back',
  next: 'Next',
  end: 'End',
  endReplay: 'Close the replay',
} as const;

interface Measured {
  readonly boot: number;
  readonly accounts: number;
  readonly peak: number;
  readonly interpreter: string;
}
