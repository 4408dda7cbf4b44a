import type { Change } from '../../../tools/mutants/defect.ts';

/**
 * The mends of what Espruino's firmware for the Espruino Pico does and its Linux build does not, each as the change that takes it
 * back. `test/unit/emulator/defects` shows on the virtual board what then goes wrong.
 */
export const WITHOUT = {
  pacing: {
    name: 'The owner sends a frame at once.',
    file: 'host/client/link.ts',
    before: 'const transport = paced(port);',
    after: 'const transport = port;',
  },
  packetAnswers: {
    name: 'The fob does not answer packets.',
    file: 'firmware/boards/parts/usb-fob.ts',
    before: 'USB.write(PACKET_ANSWER);',
    after: 'void PACKET_ANSWER;',
  },
  ownDebounce: {
    name: 'The button is debounced by Espruino.',
    file: 'firmware/boards/parts/bus-fob.ts',
    before: 'debounce: 0,',
    after: 'debounce: 25,',
  },
  retry: {
    name: 'A failed transfer on the bus is not tried again.',
    file: 'firmware/boards/parts/i2c.ts',
    before: 'let tries = this.silentFor ? 1 : 2;',
    after: 'let tries = 1;',
  },
  silence: {
    name: 'A memory that does not answer counts as damaged.',
    file: 'firmware/core/vault/vault.ts',
    before: 'this.state = VAULT_SILENT;\n    if (!first',
    after: 'this.state = VAULT_DAMAGED;\n    if (!first',
  },
  newSetup: {
    name: 'The bus is not set up anew after a failed transfer.',
    file: 'firmware/boards/parts/i2c.ts',
    before: '      freeBus();\n',
    after: '',
  },
  oscillator: {
    name: 'The clock changes from the internal oscillator to the crystal.',
    file: 'firmware/boards/parts/bus-fob.ts',
    before: '  if (IS_STM32) stayOnOscillator();\n',
    after: '',
  },
  sleepNoticed: {
    name: 'A press counts before Espruino has noticed the sleep that it ended.',
    file: 'firmware/boards/parts/run.ts',
    before: 'ms + (isSure ? 1 : SLEEP_MS)',
    after: 'ms + 1',
  },
  edgesOfHolds: {
    name: 'A timer that is late while the button is down makes its release younger.',
    file: 'firmware/boards/parts/run.ts',
    before: 'this.timer && !this.isDown &&',
    after: 'this.timer &&',
  },
  monotonicClock: {
    name: 'Time goes back with the clock of the interpreter.',
    file: 'firmware/boards/parts/uptime.ts',
    before: 'if (now < latest) lost += latest - now;',
    after: '',
  },
  wakeClock: {
    name: 'The clock is not set when a cable ends deep sleep.',
    file: 'firmware/boards/parts/bus-fob.ts',
    before: "  if (IS_STM32) setWatch(wakeClock, A9, { repeat: true, edge: 'both' });\n",
    after: '',
  },
  probe: {
    name: 'A part is not asked for a sign of life before a long transfer.',
    file: 'firmware/boards/parts/i2c.ts',
    before: 'if (!isProbed) I2C1.writeTo(address, 0);',
    after: '',
  },
} as const satisfies Readonly<Record<string, Change>>;
