/** What is streamed: as the body of an answer, of a request, and as a file. */
export const STREAM_BYTES = 1_073_741_824;
