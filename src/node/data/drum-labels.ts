/**
 * The kind of drum of a sample of `supersonic-scsynth-samples`, by its file name.
 *
 * Left out as ambiguous or not a single stroke: loops, rolls, `drum_cymbal_closed|open|pedal` (a hi-hat by
 * ear, a cymbal by name), bells, `perc_*`, `glitch_*`, `elec_*` of unclear kind.
 * Not its concern: the sound and location of the samples.
 */

/** File names, without ending, of each class; at most one pattern matches a name. */
export const drumLabels: readonly { readonly label: string; readonly names: RegExp }[] = [
  { label: "kick", names: /^(bd_.+|drum_bass_.+|drum_heavy_kick|elec_(hollow|soft)_kick)$/ },
  { label: "snare", names: /^(sn_.+|drum_snare_.+|elec_((filt|hi|lo|mid)_)?snare)$/ },
  { label: "hi-hat", names: /^(hat_.+|tbd_perc_hat)$/ },
  { label: "cymbal", names: /^(drum_cymbal_(hard|soft)|drum_splash_.+|elec_cymbal|ride_.+)$/ },
  { label: "tom", names: /^(drum_tom_.+|elec_fuzz_tom)$/ },
  { label: "tabla", names: /^tabla_.+$/ },
];

/** The label of a sample's name (without ending); undefined if it is left out. */
export function getDrumLabel(name: string): string | undefined {
  return drumLabels.find(({ names }) => names.test(name))?.label;
}
