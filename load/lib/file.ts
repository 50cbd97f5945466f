/** A file as the caller's shell would find it: k6 itself looks beside the script. Nothing is no file. */
export const fileFrom = (path: string | undefined): string | undefined =>
  !path ? undefined : path.startsWith('/') || !__ENV.PWD ? path : `${__ENV.PWD}/${path}`;
