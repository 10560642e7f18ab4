// What samples of features have shown over the last hour, as plots of one feature: drift, missing values, and how fresh they are.

import { chart } from '../chart.js';
import { el, keyed } from '../dom.js';
import { number, percent, span } from '../format.js';

export const drifted = 0.25; // of the population stability index: much has moved

const aDay = 86_400_000;

export function samplesOf(name) {
    const feature = el('select', {});
    const drift = chart('Drift (index)', number, { max: drifted });
    const missing = chart('Entities without a value', percent, { max: 1 });
    const behind = chart('Watermark behind the clock', span);
    let chosen = false; // by a person; until then it is the one that has drifted most
    let last = null;
    feature.addEventListener('change', () => {
        chosen = true;
        show(last);
    });

    function show({ fields, samples }) {
        const field = fields.find(found => found.name === feature.value) ?? fields[0];
        const of = member =>
            field.samples.filter(sample => sample[member] !== null).map(sample => ({ at: sample.atMs, value: sample[member] }));
        drift.update(of('psi'));
        missing.update(of('missing'));
        const late = samples
            .filter(sample => sample.watermarkMs !== null)
            .map(sample => ({ at: sample.atMs, value: Math.max(0, sample.atMs - sample.watermarkMs) }));
        behind.root.hidden = !(late.at(-1)?.value < aDay); // older events are a replay: their age tells nothing of the job
        behind.update(late);
    }

    const root = el(
        'div',
        { class: 'samples', role: 'group', 'aria-label': `Samples of ${name}` },
        el('div', { class: 'fields' }, el('label', {}, 'Feature', feature)),
        el('div', { class: 'charts' }, drift.root, missing.root, behind.root),
    );
    return {
        root,
        update(lookup) {
            last = lookup;
            root.hidden = lookup.samples.length === 0;
            if (root.hidden) return;
            keyed(
                feature,
                lookup.fields,
                field => field.name,
                field => el('option', {}, field.name),
                () => {},
            );
            if (!chosen) feature.value = most(lookup.fields).name;
            show(lookup);
        },
    };
}

/** The feature that has drifted most. */
const most = fields => fields.reduce((best, field) => (psiOf(field) > psiOf(best) ? field : best), fields[0]);

const psiOf = field => field.samples.at(-1)?.psi ?? -1;
