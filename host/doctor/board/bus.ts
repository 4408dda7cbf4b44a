import type { BoardUnderTest } from './board.ts';
import { type BoardCheck, type BoardFinding, boardFinding } from './finding.ts';

/** The bus of `pico`; a test compares these facts with those of the firmware. */
export const BUS = { scl: 'B8', sda: 'B9', bitrate: 400_000 } as const;
export const PARTS = [
  { check: 'display', part: 'The display (SSD1306)', address: 0x3c },
  { check: 'clock', part: 'The clock chip (DS3231)', address: 0x68 },
  { check: 'eeprom', part: 'The EEPROM (AT24C32)', address: 0x57 },
] as const satisfies readonly { check: BoardCheck; part: string; address: number }[];

export type PartCheck = (typeof PARTS)[number]['check'];

export interface BusFindings {
  readonly findings: readonly BoardFinding[];
  /** The parts that answer. */
  readonly there: ReadonlySet<PartCheck>;
}

const { scl, sda, bitrate } = BUS;
/** Sets the bus up on the board. */
export const SETUP = `I2C1.setup({scl:${scl},sda:${sda},bitrate:${bitrate}})`;
const levels = (mode: string) =>
  `(pinMode(${scl},"${mode}"),pinMode(${sda},"${mode}"),[digitalRead(${scl}),digitalRead(${sda})])`;

/**
 * The two wires, then each part by the shortest transfer, which changes nothing in any of them and takes a second
 * where nothing answers. The bus is set up afterwards.
 */
export async function checkBus(board: BoardUnderTest): Promise<BusFindings> {
  // Against the weak pull-down of the microcontroller only the resistors of a module keep a wire high.
  const [pulledScl, pulledSda] = await board.numbers(levels('input_pulldown'));
  const [sclLevel, sdaLevel] = await board.numbers(levels('input_pullup'));
  await board.ask(`(${SETUP},1)`);
  const low = [...(sclLevel ? [] : [`SCL (${scl})`]), ...(sdaLevel ? [] : [`SDA (${sda})`])];
  const isPulled = pulledScl === 1 && pulledSda === 1;
  const values = { scl: sclLevel ?? 0, sda: sdaLevel ?? 0, isPulledUp: isPulled };
  if (low.length > 0) {
    const lines = low.join(' and ');
    return { findings: [boardFinding('lines', 'problem', 'lines-low', values, { lines })], there: new Set() };
  }
  const lines = boardFinding('lines', 'ok', 'lines-good', values);
  const there = new Set<PartCheck>();
  for (const { check, address } of PARTS) if (await answers(board, address)) there.add(check);
  if (there.size === 0) {
    const pull = isPulled ? '' : ', and no resistor of a module pulls it up';
    const absent = boardFinding('display', 'problem', 'parts-absent', { isPulledUp: isPulled }, { pull });
    return { findings: [lines, absent], there };
  }
  const parts = PARTS.map(({ check, part, address: number }) => {
    const address = `0x${number.toString(16).toUpperCase()}`;
    const isThere = there.has(check);
    const text = isThere ? 'part-answers' : 'part-absent';
    return boardFinding(check, isThere ? 'ok' : 'problem', text, { answers: isThere }, { part, address });
  });
  return { findings: [lines, ...parts], there };
}

async function answers(board: BoardUnderTest, address: number): Promise<boolean> {
  return (
    (await board.ask(`(function(){try{I2C1.writeTo(${address},0);return 1}catch(e){return 0}})()`)) === 1
  );
}

/** Lights every pixel of the display, whatever its memory holds, or switches it off. */
export async function lightDisplay(board: BoardUnderTest, isOn: boolean): Promise<void> {
  // Charge pump, entire display on, display on; or show memory, display off (data sheet, §9).
  const commands = isOn ? [0, 0x8d, 0x14, 0xa5, 0xaf] : [0, 0xa4, 0xae];
  await board.ask(`(I2C1.writeTo(${PARTS[0].address},${JSON.stringify(commands)}),1)`);
}
