// Lays a plan out in layers: each step behind all that it follows, few crossings, straight lines where there is room.

/** Nodes: { id, inputs: [{ id }] }. Returns the place of each node, the course of each edge, and the size of all. Axis x leads on. */
export function layout(nodes, { width, height, between, along }) {
    const byId = new Map(nodes.map(node => [node.id, node]));
    const ranks = new Map();
    const rankOf = node => {
        if (!ranks.has(node.id)) {
            ranks.set(node.id, 0); // a plan has no circles; a wrong one would still end here
            ranks.set(
                node.id,
                node.inputs.reduce((rank, input) => Math.max(rank, rankOf(byId.get(input.id)) + 1), 0),
            );
        }
        return ranks.get(node.id);
    };
    nodes.forEach(rankOf);

    const layers = [];
    const place = (item, rank) => (layers[rank] ??= []).push(item);
    const items = new Map(nodes.map(node => [node.id, { id: node.id, before: [], behind: [], size: height }]));
    nodes.forEach(node => place(items.get(node.id), ranks.get(node.id)));
    const edges = [];
    for (const node of nodes) {
        for (const input of node.inputs) {
            const course = [items.get(input.id)];
            for (let rank = ranks.get(input.id) + 1; rank < ranks.get(node.id); rank++) {
                const bend = { before: [], behind: [], size: height / 3 };
                place(bend, rank);
                course.push(bend);
            }
            course.push(items.get(node.id));
            for (let i = 1; i < course.length; i++) link(course[i - 1], course[i]);
            edges.push({ from: input.id, to: node.id, course, input });
        }
    }

    order(layers);
    spread(layers, between);
    layers.forEach((layer, rank) =>
        layer.forEach(item => {
            item.x = rank * (width + along);
        }),
    );
    const top = Math.min(...layers.flat().map(item => item.y - item.size / 2));
    const bottom = Math.max(...layers.flat().map(item => item.y + item.size / 2));
    layers.flat().forEach(item => {
        item.y -= top;
    });
    return {
        places: new Map([...items].map(([id, item]) => [id, { x: item.x, y: item.y - height / 2 }])),
        edges: edges.map(edge => ({ ...edge, points: pointsOf(edge.course, width) })),
        length: (layers.length - 1) * (width + along) + width,
        breadth: bottom - top,
    };
}

function link(from, to) {
    from.behind.push(to);
    to.before.push(from);
}

/** Puts the items of each layer in the order of the middle of their neighbours, to and fro. */
function order(layers) {
    layers.forEach(layer =>
        layer.forEach((item, index) => {
            item.at = index;
        }),
    );
    for (let sweep = 0; sweep < 8; sweep++) {
        const [ordered, side] = sweep % 2 === 0 ? [layers, 'before'] : [layers.toReversed(), 'behind'];
        for (const layer of ordered) {
            for (const item of layer) item.middle = item[side].length === 0 ? item.at : mean(item[side], 'at');
            layer.sort((left, right) => left.middle - right.middle || left.at - right.at);
            layer.forEach((item, index) => {
                item.at = index - layer.length / 2;
            });
        }
    }
}

/** Moves items towards their neighbours, as far as others of the layer leave room. */
function spread(layers, between) {
    const gap = (upper, lower) => (upper.size + lower.size) / 2 + between;
    for (const layer of layers) {
        let y = 0;
        layer.forEach((item, index) => {
            item.y = index === 0 ? 0 : (y += gap(layer[index - 1], item));
        });
        const middle = y / 2;
        layer.forEach(item => {
            item.y -= middle;
        });
    }

    for (let sweep = 0; sweep < 12; sweep++) {
        for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
            const wanted = layer.map(item => {
                const near = [...item.before, ...item.behind];
                return near.length === 0 ? item.y : mean(near, 'y');
            });
            const low = [];
            layer.forEach((item, index) => {
                low[index] = index === 0 ? wanted[0] : Math.max(wanted[index], low[index - 1] + gap(layer[index - 1], item));
            });
            const high = [];
            for (let index = layer.length - 1; index >= 0; index--) {
                high[index] =
                    index === layer.length - 1
                        ? wanted[index]
                        : Math.min(wanted[index], high[index + 1] - gap(layer[index], layer[index + 1]));
            }
            layer.forEach((item, index) => {
                item.y = (low[index] + high[index]) / 2;
            });
        }
    }
}

function pointsOf(course, width) {
    return course.flatMap((item, index) =>
        index === 0
            ? [[item.x + width, item.y]]
            : index === course.length - 1
              ? [[item.x, item.y]]
              : [
                    [item.x, item.y],
                    [item.x + width, item.y],
                ],
    );
}

const mean = (items, member) => items.reduce((sum, item) => sum + item[member], 0) / items.length;
