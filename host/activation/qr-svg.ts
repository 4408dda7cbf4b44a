import { htmlEscape } from 'escape-goat';
import { encodeQR } from 'qr';
import { QR_QUIET_MODULES } from './limits.ts';

/**
 * Renders an activation string as a QR code (ISO/IEC 18004), for browsers and Node alike.
 *
 * In capitals, which bech32m allows (BIP-173): the alphanumeric mode then takes 5.5 bits a character instead of 8,
 * and the code has fewer and larger modules. Error correction M, for scratched screens and glare.
 *
 * @param label the text for screen readers; it must not contain the string
 * @returns one `svg` element without size: dark on light on any background, no style, no script, no reference
 */
export function qrSvg(activationString: string, label: string): string {
  const rows = encodeQR(activationString.toUpperCase(), 'raw', { ecc: 'medium', border: QR_QUIET_MODULES });
  const side = rows.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" role="img" aria-label="${htmlEscape(label)}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path fill="#000" d="${rows.map(runsOf).join('')}"/></svg>`;
}

/** Returns the dark modules of a row as bars. */
function runsOf(row: readonly boolean[], y: number): string {
  const modules = row.map(isDark => (isDark ? '#' : ' ')).join('');
  return [...modules.matchAll(/#+/g)]
    .map(run => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`)
    .join('');
}
