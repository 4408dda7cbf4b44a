/** Texts of the self-test of a board: a sentence and the next step, which is empty if there is nothing to do. */
export const BOARD_TEXTS = {
  'version-good': ['Espruino {version} runs on the board.', ''],
  'version-old': [
    'Espruino {version} on the board is too old: the firmware needs {wanted} or later.',
    'Install a current Espruino on it: docs/build-a-fob.md says how.',
  ],
  'version-losing': [
    'Espruino {version} runs on the board. It loses bytes that arrive in a burst; passfob sends them one packet at a time.',
    'It works with passfob. For other programs install a release after 2v29, or 2v25.',
  ],
  'memory-good': [
    'The interpreter has {total} variables, {free} of them free; {storage} bytes of Storage are free.',
    '',
  ],
  'memory-small': [
    'The interpreter has {total} variables; the firmware needs {wanted}.',
    'Install the build of Espruino for this board, without additions.',
  ],
  'supply-good': ['The supply is {volts} V.', ''],
  'supply-wrong': [
    'The supply is {volts} V, not about 3.3 V.',
    'Measure between 3.3V and GND. Unplug the parts one by one: one of them may be a short circuit.',
  ],
  'random-good': [
    '{samples} random numbers showed no defect. This sees a broken generator; it cannot prove a good one.',
    '',
  ],
  'random-stuck': [
    'The random number generator is broken: {defect}.',
    'Do not use this board as a fob. Install Espruino anew and run this again.',
  ],
  'lines-good': ['The two wires of the bus (B8 and B9) are high at rest.', ''],
  'lines-low': [
    'The bus is held low: {lines}. Nothing on it can answer.',
    'Look for a short circuit of this wire to GND and for swapped wires; unplug the parts one by one until this is gone.',
  ],
  'part-answers': ['{part} answers at {address}.', ''],
  'part-absent': [
    '{part} does not answer at {address}.',
    'Check its wires: VCC to 3.3V, GND to GND, SCL to B8, SDA to B9.',
  ],
  'parts-absent': [
    'No part answers on the bus{pull}.',
    'Check the common wires: VCC to 3.3V, GND to GND; SCL belongs to B8 and SDA to B9, and they are easily swapped.',
  ],
  'rtc-set': ['The clock chip has kept its time; it measures {celsius} °C.', ''],
  'rtc-stopped-once': [
    'The clock chip has been without power since it was last set.',
    'Normal for a new module, until a fob has set it (passfob clock --set). After that its battery is empty or missing.',
  ],
  'rtc-strange': [
    'The chip at 0x68 is no DS3231: {why}.',
    'Modules with a DS1307 look alike, and drift by seconds a day. Use a DS3231.',
  ],
  'rate-good': [
    'Compared for {seconds} s, the clock chip runs at {rate} of the clock of the computer. A longer comparison is more exact.',
    '',
  ],
  'rate-wrong': [
    'The clock chip runs wrong: compared for {seconds} s, at {rate} of the clock of the computer.',
    'Compare it for longer (--seconds 600). If that says the same, replace the module.',
  ],
  'rate-stopped': [
    'The clock chip does not count seconds.',
    'Check its supply. If it still stands still, replace the module.',
  ],
  'rate-uneven': [
    'The clock chip could not be compared: the answers of the board came unevenly.',
    'Run this again on a computer that has nothing else to do.',
  ],
  'eeprom-good': ['The EEPROM keeps what is written: {part}, {bytes} bytes.', ''],
  'eeprom-size': [
    'The EEPROM has {bytes} bytes. The firmware takes it for an AT24C256, and accounts would overwrite each other.',
    'Use a module with an AT24C32 or an AT24C256.',
  ],
  'eeprom-dropped': [
    'The EEPROM answers, but does not keep what is written.',
    'Connect its pin WP to GND. If that changes nothing, the chip is damaged.',
  ],
  'eeprom-worn': [
    'The EEPROM kept something else than was written.',
    'Run this again with shorter wires. If it says the same, replace the module.',
  ],
  'wire-good': [
    'No frame of {frames} was lost, sent one packet at a time. Without pauses {unpacedLost} of {unpacedFrames} were.',
    '',
  ],
  'wire-losing': [
    '{lost} of {frames} frames were lost, sent one packet at a time. Without pauses {unpacedLost} of {unpacedFrames} were.',
    'Try another cable and another port of the computer, without a hub.',
  ],
  'button-good': [
    'The button was pressed for {held} ms; its contact bounced {bounces} times, for {bounceMs} ms at most.',
    '',
  ],
  'button-bouncy': [
    'The contact of the button bounces for {bounceMs} ms, longer than the firmware waits ({settle} ms): one press may count twice.',
    'Use another button or board.',
  ],
  'button-down': [
    'The button is down without a hand on it.',
    'Look for a short circuit between its contacts.',
  ],
  'button-silent': [
    'Nobody pressed the button within {seconds} s, or it does not work.',
    'Run this again and press the button BTN of the board when it asks.',
  ],
  'button-skipped': ['The button was not tested.', 'Run this without --no-press to test it.'],
  silent: [
    'The board did not answer within {seconds} s, and the rest of the test was left out.',
    'Take its power off and on, and run this again.',
  ],
  exception: ['The board could not do this: {error}', 'Take its power off and on, and run this again.'],
} as const satisfies Readonly<Record<string, readonly [sentence: string, next: string]>>;
