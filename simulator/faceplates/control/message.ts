/** How a screen's pixels are sent: as rows of `#` and `.`, as a PBM file in base64, or not at all. */
export type BitmapForm = 'rows' | 'pbm' | 'none';

/** The fields of an answer or an event. */
export type CommandResult = Readonly<Record<string, unknown>>;

/** The fields of a request, besides `id` and `do`. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** Sends one message. False if the other side is slow, so that events should wait. */
export type SendMessage = (message: CommandResult) => boolean;
