/** The ids of elements that the page's HTML has and its script looks for. */
export const PAGE_ID = 'page';
/** The worker's script, and the images of the boards. */
export const WORKER_ID = 'worker';
export const IMAGES_ID = 'images';
