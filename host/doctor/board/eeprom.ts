import { randomBytes } from 'node:crypto';
import type { BoardUnderTest } from './board.ts';
import { PARTS, SETUP } from './bus.ts';
import { type BoardFinding, boardFinding } from './finding.ts';
import { EEPROM_BYTES_MIN, EEPROM_DOUBLINGS_MAX, EEPROM_RETRIES, EEPROM_WRITE_SECONDS } from './limits.ts';

const ADDRESS = PARTS[2].address;
/**
 * The page that every vault leaves free: the firmware itself writes its first byte to find out how large the chip is. A
 * test compares it with the layout of the firmware.
 */
export const SPARE_PAGE = { address: 800, bytes: 32 } as const;
/** Sizes that the firmware can tell apart, and what it takes them for. */
const KNOWN_SIZES: Readonly<Record<number, string>> = {
  4096: 'AT24C32',
  32768: 'AT24C256',
  65536: 'AT24C512',
};

/**
 * Writes a pattern into the spare page, reads it back, and restores the page. All of it is one program of the board,
 * which goes to its end even if the cable is pulled.
 */
export async function checkEeprom(board: BoardUnderTest): Promise<BoardFinding> {
  const pattern = JSON.stringify([...randomBytes(SPARE_PAGE.bytes)]);
  const { address, bytes } = SPARE_PAGE;
  const [isHeld = 0, isRestored = 0, isChanged = 0, size = 0] = await board.numbers(
    '(function(){' +
      // The shortest transfer, which changes nothing. Espruino waits a second for a part that does not answer, and a second
      // for each byte of a longer one.
      `var n=${EEPROM_RETRIES};` +
      `function q(){for(;;)try{I2C1.writeTo(${ADDRESS},0);return}catch(e){${SETUP};if(n--<1)throw e}}` +
      `function r(a){q();I2C1.writeTo(${ADDRESS},[a>>8,a&255]);return [].slice.call(I2C1.readFrom(${ADDRESS},${bytes})).join()}` +
      `function w(d){q();I2C1.writeTo(${ADDRESS},[${address >> 8},${address & 255},d]);` +
      // Seldom asked during its write.
      `var t=getTime();while(getTime()-t<${EEPROM_WRITE_SECONDS});}` +
      `var o=r(${address}),p=${pattern},h,s=${EEPROM_BYTES_MIN},i=0;` +
      `try{w(p);h=r(${address});` +
      `while(i++<${EEPROM_DOUBLINGS_MAX}&&r((${address}+s)&65535)!=h)s*=2;}finally{w(o.split(",").map(Number))}` +
      `return[h==p.join()?1:0,r(${address})==o?1:0,h==o?0:1,s]})()`,
  );
  const values = { answers: true, bytes: size, isHeld: isHeld === 1, isRestored: isRestored === 1 };
  if (isHeld === 1 && isRestored === 1) return sizeFinding(size, values);
  return boardFinding('eeprom', 'problem', isChanged === 0 ? 'eeprom-dropped' : 'eeprom-worn', values);
}

/** @param bytes 4,096 or a doubling of it */
export function sizeFinding(bytes: number, values: Readonly<Record<string, number | boolean>>): BoardFinding {
  const part = KNOWN_SIZES[bytes];
  return part === undefined
    ? boardFinding('eeprom', 'problem', 'eeprom-size', { ...values, bytes })
    : boardFinding('eeprom', 'ok', 'eeprom-good', { ...values, bytes }, { part });
}
