/** How large the tree is drawn, in pixels. */

export const ROW = 56;
export const LANE = 20;
export const MARGIN = 16;
export const RADIUS = 5;
