// What a finding means to a reader, and the steps and splits that it names.

const slow = new Set(['StageIsSlow', 'WaitsForCalls', 'StepHangs', 'CheckpointIsSlow']);
const tones = { Problem: 'bad', Attention: 'warn', Note: 'plain', Fine: 'good' };

export const toneOf = finding => tones[finding.severity];

/** The stages and steps that are found to hold the others back. */
export function bottlenecks(findings) {
    return new Set(findings.filter(finding => slow.has(finding.kind)).map(finding => finding.where));
}

/** The findings that name a split, by its name. */
export function namedSplits(findings) {
    return new Map(findings.filter(finding => finding.kind.startsWith('Split')).map(finding => [finding.where, finding]));
}

export function stateTone(state) {
    switch (state) {
        case 'Running':
            return 'good';
        case 'Failed':
        case 'Restarting':
            return 'bad';
        case 'Finished':
        case 'Stopped':
        case 'Cancelled':
            return 'plain';
        default:
            return 'warn';
    }
}
