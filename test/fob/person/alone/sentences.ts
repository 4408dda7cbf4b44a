/** Verbs with which sentences tell a person to act. */
const VERBS =
  'press|hold|type|open|choose|select|plug|unplug|connect|run|use|wait|take|ask|tell|enter|copy|check|report|leave|paste|close|begin|try|do|keep|bring|turn|log in|sign in';

const CONDITION = /^(?:if|where|when|with|for)\b/i;
const TOLD = new RegExp(`^(?:then )?(?:${VERBS})\\b`, 'i');
const TOLD_ON_A_CONDITION = new RegExp(`${CONDITION.source}.*,\\s(?:${VERBS})\\b`, 'i');

const BETWEEN_SENTENCES = /(?<=[.:;?!])\s+|\n+/;
/** The boundary between two acts. */
const BETWEEN_ACTS = new RegExp(`,? (?:and|then) (?=(?:${VERBS})\\b)`, 'i');

/** Returns the sentences of a text, each split into the parts that tell a person to act. */
export function sentencesOf(text: string): string[] {
  return text
    .split(BETWEEN_SENTENCES)
    .map(sentence => sentence.replace(/\s+/g, ' ').trim())
    .filter(sentence => sentence !== '')
    .flatMap(sentence => (CONDITION.test(sentence) ? [sentence] : sentence.split(BETWEEN_ACTS)));
}

/** Whether a sentence tells its reader to act. */
export function isToldToAct(sentence: string): boolean {
  return TOLD.test(sentence) || TOLD_ON_A_CONDITION.test(sentence);
}
