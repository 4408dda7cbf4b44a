/** A front connects one of the board's ports to programs on this machine, like a cable. */
export interface Front {
  /** Pulls the cable: a program that has the port open is disconnected. Does nothing if the cable is out already. */
  unplug(): Promise<void>;
  /** Plugs the cable in again, under the same name. Does nothing if it is in already. */
  replug(): Promise<void>;
  /** Unplugs for good and releases the front's resources. */
  close(): Promise<void>;
}
