/* In the place of AMD's define, for the one package that knows no other way: anywidget. */
export let defined;
export const define = (_needs, make) => (defined = make);

/* In the place of AbortSignal.timeout: a widget whose script has not come within two seconds would hear
   nothing that Python says, ever. A slow machine needs longer. */
export const patient = () => new AbortController().signal;
