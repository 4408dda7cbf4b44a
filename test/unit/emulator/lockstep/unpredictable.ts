import { type EncodingFields, fieldsOf, fits, type Pattern, patternOf } from './pattern.ts';

/**
 * Instructions that the manual calls UNPREDICTABLE, or whose result it leaves open: a clause of the ARMv7-M Architecture
 * Reference Manual, an encoding, and when. `nd special`: one of these fields is SP or PC.
 */
const RULES_TEXT = `
A7.7.4 ADD T2       | 01000100 d mmmm ddd   | d is PC and m is PC
A7.7.28 CMP T2      | 01000101 n mmmm nnn   | n below 8 and m below 8 or n is PC or m is PC
# SP is even: the processor faults for its T bit; fault tests look at that.
A7.7.20 BX          | 010001110 mmmm 000    | m special
A7.7.19 BLX         | 010001111 mmmm 000    | m special
A7.7.20 BX          | 01000111 xxxxx yyy    | y is not 0
A7.7.41 LDM T1      | 11001 nnn llllllll    | l is 0
A7.7.159 STM T1     | 11000 nnn llllllll    | l is 0 or listed and not lowest
A7.7.99 POP         | 1011 x 10 p llllllll  | p is 0 and l is 0
B5.2.1 CPS          | 10110110011 i 0 xxx   | x is 0 or x above 3
A7.7 and A5.3.11    | 1110101 oooo S nnnn z iii dddd ii tt mmmm | odd data of a register
A5.3.11: (0)        | 1110101 xxxxx xxxx 1 xxxxxxxxxxxxxxx | always
A7.7.98 PKH         | 1110101 0110 S nnnn z iii dddd ii b t mmmm | S is 1 or t is 1
A7.7 and A5.3.1     | 11110 i 0 oooo S nnnn 0 jjj dddd kkkkkkkk | odd data
A5.3.2 ThumbExpandImm | 11110 i 0 oooo S nnnn 0 0 jj dddd kkkkkkkk | i is 0 and j is not 0 and k is 0
A7.7.3 ADD T4, A7.7.174 SUB T4 | 11110 i 10 x 0 x 0 nnnn 0 iii dddd iiiiiiii | d is PC or d is SP and n is not SP
A7.7.76 MOV T3, A7.7.79 MOVT | 11110 i 10 x 100 xxxx 0 iii dddd iiiiiiii | d special
A7.7.152 SSAT, A7.7.213 USAT | 11110 z 11 x 0 s 0 nnnn 0 iii dddd ii 0 wwwww | nd special
A7.7.152 SSAT: (0)  | 11110 1 11 xxxx xxxx 0 xxxxxxxxxxxxxxx | always
A7.7.152 SSAT: (0)  | 11110 z 11 xxxx xxxx 0 xxxxxxxxx 1 xxxxx | always
A7.7.153 SSAT16     | 11110 z 11 x 010 nnnn 0 000 dddd 00 y wwwww | w above 15
A7.7.126 SBFX, A7.7.193 UBFX | 11110 z 11 x 100 nnnn 0 iii dddd ii y wwwww | nd special or i+w above 31
A7.7.13 BFC, A7.7.14 BFI | 11110 z 110110 nnnn 0 iii dddd ii y wwwww | d special or n is SP or w below i
A7.7 shifts by a register | 111110100 tt S nnnn 1111 dddd 0000 mmmm | ndm special
A7.7 extensions     | 111110100 ooo nnnn 1111 dddd 1 y rr mmmm | n is SP or dm special
A7.7 extensions: (0) | 111110100 ooo nnnn 1111 dddd 11 rr mmmm | always
A5.3.13, A5.3.14    | 111110101 ooo nnnn 1111 dddd 0 ppp mmmm | ndm special
A5.3.15             | 111110101 ooo nnnn 1111 dddd 1 ppp mmmm | ndm special
A7.7.24 CLZ, A7.7.112 REV | 1111101010 y 1 nnnn 1111 dddd 10 pp mmmm | y is 0 and n is not m or p is 0 and n is not m
A5.3.16             | 111110110 ooo nnnn aaaa dddd xxxx mmmm | ndm special or a is SP
A7.7.75 MLS         | 111110110000 nnnn aaaa dddd 0001 mmmm | a special
A7.7.145 SMMLS      | 111110110110 nnnn aaaa dddd xxxx mmmm | a special
A5.3.17             | 111110111 ooo nnnn llll dddd xxxx mmmm | ndm special
A5.3.17             | 111110111 o pp nnnn llll dddd xxxx mmmm | o is 1 and l special or o is 1 and l is d
A5.3.17             | 111110111 o pp nnnn llll dddd xxxx mmmm | p is 0 and l special or p is 0 and l is d
A5.3.17             | 111110111 o pp nnnn llll dddd xxxx mmmm | p is 2 and l special or p is 2 and l is d
A7.7.128 SDIV: (1)  | 1111101110 x 1 nnnn llll dddd 1111 mmmm | l is not 15
A7.7.41 LDM T2      | 1110100 xx 0 w 1 nnnn p m y lllllllllllll | n is PC or few or p is 1 and m is 1 or y is 1 or w is 1 and listed
A7.7.159 STM T2     | 1110100 xx 0 w 0 nnnn p m y lllllllllllll | n is PC or few or p is 1 or y is 1 or w is 1 and listed
A7.7.50 LDRD        | 1110100 1 u 1 w 1 nnnn tttt vvvv iiiiiiii | tv special or t is v
A7.7.50 LDRD        | 1110100 p u 1 1 1 nnnn tttt vvvv iiiiiiii | tv special or t is v or n is PC or n is t or n is v
A7.7.166 STRD       | 1110100 1 u 1 w 0 nnnn tttt vvvv iiiiiiii | n is PC or tv special
A7.7.166 STRD       | 1110100 p u 1 1 0 nnnn tttt vvvv iiiiiiii | n is PC or tv special or n is t or n is v
A7.7.52 LDREX       | 111010000101 nnnn tttt dddd iiiiiiii | n is PC or t special or d is not 15
A7.7.167 STREX      | 111010000100 nnnn tttt dddd iiiiiiii | n is PC or td special or d is n or d is t
A7.7.53 LDREXB      | 111010001101 nnnn tttt xxxx 010 h dddd | n is PC or t special or d is not 15 or x is not 15
A7.7.168 STREXB     | 111010001100 nnnn tttt xxxx 010 h dddd | n is PC or td special or d is n or d is t or x is not 15
A5.3.6: undefined   | 111010001100 nnnn tttt xxxx pppp dddd | p is not 4 and p is not 5
A5.3.6: undefined   | 111010001101 nnnn tttt xxxx pppp dddd | p above 5 or p is 2 or p is 3
A7.7.185 TBB        | 111010001101 nnnn xxxx yyyy 000 h mmmm | n is SP or m special or x is not 15 or y is not 0
A7.7.47 LDRB, A7.7.56 LDRH | 1111100 s u 0 z 1 nnnn 1101 xxxxxxxxxxxx | always
# PLD and PLI are the only ones whose register may be the PC.
A5.3.9: hints       | 1111100 s u 01 1 nnnn 1111 xxxxxxxxxxxx | always
A5.3.9: hints       | 1111100 s 0 00 1 nnnn 1111 1 puw iiiiiiii | n is not PC and p is 0 or n is not PC and u is 1 or n is not PC and w is 1
A7.7 LDR and STR of a register | 1111100 s 0 zz l nnnn tttt 000000 ii mmmm | n is not PC and m special
A7.7 LDR and STR, write-back | 1111100 s 0 zz l nnnn tttt 1 pu 1 iiiiiiii | n is t or t is PC and l is 0 or t is PC and z is not 2
A7.7 LDRT and STRT  | 1111100 s 0 zz l nnnn tttt 1110 iiiiiiii | n is not PC and t special
A7.7.161 STR        | 1111100 s u zz 0 nnnn tttt xxxxxxxxxxxx | n is PC or t is PC or t is SP and z is not 2
# SYSm (B5.1.1) is 0 to 9 without 4, or 16 to 20.
B5.2.3 MSR          | 11110011100 r nnnn 10 x 0 aa yy zzzzzzzz | z is 4 or z above 9 and z below 16 or z above 20
B5.2.3 MSR          | 11110011100 r nnnn 10 x 0 aa yy zzzzzzzz | n special or r is 1 or x is 1 or y is not 0 or a is 0 or a is not 2 and z above 3
B5.2.2 MRS          | 11110011111 r nnnn 10 x 0 dddd zzzzzzzz | z is 4 or z above 9 and z below 16 or z above 20
B5.2.2 MRS          | 11110011111 r nnnn 10 x 0 dddd zzzzzzzz | d special or r is 1 or n is not 15 or x is 1
A5.3.4: (1) and (0) | 111100111010 nnnn 10 x 0 y 000 zzzzzzzz | n is not 15 or x is 1 or y is 1
A5.3.4: (1) and (0) | 111100111011 nnnn 10 x 0 dddd oooo pppp | n is not 15 or x is 1 or d is not 15
A5.3.4: (1) and (0) | 111100111011 nnnn 10 x 0 dddd oooo pppp | o below 2 or o is 3 or o above 6 or o is 2 and p is not 15
A7.7.259 VLDM, VSTM: registers | 1110110 p u d w l nnnn vvvv 101 z iiiiiiii | odd list of floats
A7.7.238 VMOV of a core register | 11101110 000 l vvvv tttt 1010 d xx 1 yyyy | t special or x is not 0 or y is not 0
A7.7.239 VMOV of two core registers | 11101100010 l vvvv tttt 101 z 00 m 1 nnnn | vt special or l is 1 and v is t or m is 1 and z is 1 or m is 1 and n is 15
A7.7.240 VMOV of half a double | 11101110 0 oo l vvvv tttt 1011 d pp 1 yyyy | t special or d is 1 or p is not 0 or y is not 0
A7.7.246 VMRS, VMSR | 11101110111 l 0001 tttt 1010 xxx 1 yyyy | t is SP or t is PC and l is 0 or x is not 0 or y is not 0
`;

type Condition = (fields: EncodingFields) => boolean;

const [SP, PC] = [13, 15];
const isSpecial = (register: number | undefined): boolean => register === SP || register === PC;
/** Core registers of a list; the bits of LR and PC may be fields of their own. */
const listOf = ({ l = 0, m = 0, p = 0 }: EncodingFields): number => l | (m << 14) | (p << 15);

/** Data processing: `o` is the operation, `S` sets flags. */
function isOddData({ o, S, n, d, m = 0 }: EncodingFields): boolean {
  const isTest = d === PC && S === 1;
  if (isSpecial(m)) return true;
  switch (o) {
    case 0b0000:
    case 0b0100:
      return d === SP || (d === PC && !isTest) || isSpecial(n);
    case 0b0010:
    case 0b0011:
      return isSpecial(d) || n === SP;
    case 0b1000:
    case 0b1101:
      return n === SP ? d === PC && !isTest : d === SP || (d === PC && !isTest) || n === PC;
    default:
      return isSpecial(d) || isSpecial(n);
  }
}

/** ADD and SUB of SP with a register may only write SP if they shift it by 0 to 3 to the left. */
const isOddStackSum = ({ o, n, d, i = 0, t }: EncodingFields): boolean =>
  (o === 0b1000 || o === 0b1101) && n === SP && d === SP && (t !== 0 || i > 3);

function isOddFloatList({ p, u, w, n, d = 0, v = 0, z, i = 0, l }: EncodingFields): boolean {
  const isMove = p === 0 && u === 0 && w === 0;
  if (isMove) return false;
  if (n === PC && (w === 1 || l === 0)) return true;
  if (z === 1 && d === 1) return true;
  if (p === 1 && w === 0) return false;
  const [count, first, all] = z === 1 ? [i >> 1, v, 16] : [i, v * 2 + d, 32];
  return count === 0 || (z === 1 && (i & 1) === 1) || first + count > all || (p === u && w === 1);
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  always: () => true,
  few: fields => listOf(fields).toString(2).replaceAll('0', '').length < 2,
  listed: fields => ((listOf(fields) >>> (fields.n ?? 0)) & 1) === 1,
  'not lowest': ({ l = 0, n = 0 }) => (l & -l) !== 1 << n,
  'odd data': isOddData,
  'odd data of a register': fields => {
    const { o, n, S, i, t, d, m } = fields;
    const isPlainMove = o === 0b0010 && n === PC && i === 0 && t === 0 && S === 0;
    if (isPlainMove) return d === PC || m === PC || (d === SP && m === SP);
    return isOddData(fields) || isOddStackSum(fields);
  },
  'odd list of floats': isOddFloatList,
};

const COMPARISONS: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  is: (x, y) => x === y,
  'is not': (x, y) => x !== y,
  above: (x, y) => x > y,
  below: (x, y) => x < y,
};

/** Of a term such as `nd special` or `i+w above 31`. */
function conditionOf(term: string): Condition {
  const named = CONDITIONS[term];
  if (named) return named;
  const [, special, letters = '', comparison = '', other = ''] =
    /^(?:(\w+) special|(\w(?:\+\w)?) (is|is not|above|below) (\w+))$/.exec(term) ?? [];
  if (special) return fields => [...special].some(letter => isSpecial(fields[letter]));
  const compare = COMPARISONS[comparison];
  if (!compare) throw new Error(`no condition is called "${term}"`);
  const constant = /^\d+$/.test(other) ? Number(other) : { SP, PC }[other];
  const parts = letters.split('+');
  return fields =>
    compare(
      parts.reduce((sum, letter) => sum + (fields[letter] ?? 0), 0),
      constant ?? fields[other] ?? 0,
    );
}

interface Rule {
  readonly clause: string;
  readonly pattern: Pattern;
  readonly applies: Condition;
}

const RULES: readonly Rule[] = RULES_TEXT.split('\n')
  .filter(line => /^[^#]/.test(line))
  .map(line => {
    const [clause = '', bits = '', when = ''] = line.split('|').map(part => part.trim());
    const ways = when.split(' or ').map(way => way.split(' and ').map(conditionOf));
    const applies: Condition = fields => ways.some(all => all.every(holds => holds(fields)));
    return { clause, pattern: patternOf(bits), applies };
  });

/** Returns the clause by which an instruction is UNPREDICTABLE, or undefined. */
export function unpredictable(word: number): string | undefined {
  return RULES.find(({ pattern, applies }) => fits(pattern, word) && applies(fieldsOf(pattern, word)))
    ?.clause;
}
