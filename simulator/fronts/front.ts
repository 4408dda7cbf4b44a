/** A front carries one of the board's ports to programs on this machine: the cable, as it were. */
export interface Front {
  /** Pulls the cable: whoever has the port open sees it go. Nothing happens when it is out already. */
  unplug(): Promise<void>;
  /** Puts the cable back in, under the same name. Nothing happens when it is in already. */
  replug(): Promise<void>;
  /** Unplugs for good and releases what the front holds. */
  close(): Promise<void>;
}
