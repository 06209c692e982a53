// The hall board's chime, for whoever looks at it from here: two soft strokes of a bell, a falling third.

const STROKES = [[0, 659.26], [0.42, 523.25]]; // seconds, Hz
const PARTIALS = [[1, 1, 3], [2, 0.35, 4.5], [3.01, 0.12, 7]]; // pitch, loudness, decay in 1/s
let context = null; // browsers allow sound only after a click

export function allowSound(allowed) {
  if (allowed) {
    context ??= new AudioContext();
    context.resume();
  } else {
    context?.suspend();
  }
}

export function chime() {
  if (context?.state !== "running") return;
  for (const [start, pitch] of STROKES) {
    for (const [ratio, loudness, decay] of PARTIALS) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const at = context.currentTime + start;
      tone.frequency.value = pitch * ratio;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(loudness * 0.2, at + 0.006);
      volume.gain.setTargetAtTime(0, at + 0.006, 1 / decay);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 2);
    }
  }
}
