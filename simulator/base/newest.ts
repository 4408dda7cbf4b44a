/** Adds an item to a list; of a list that gets longer than `max` the newer half stays. */
export function addNewest<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length > max) list.splice(0, list.length - (max >>> 1));
}
