using System.Globalization;

namespace Dataflow.Features;

/// <summary>Looks up the features of a service's requests.</summary>
internal sealed class ServiceLookup<TRequest>(FeatureService<TRequest> service) : Lookup(service.Name)
{
    private const int MaxEntities = 1000; // of each view and worker

    public override string Asks => $"request ({TypeNames.Of(typeof(TRequest))})";

    public override bool TakesTime => true;

    public override IReadOnlyList<LookupField> Fields { get; } = [.. service.Features.Select(static feature => new LookupField(
        feature.Name, TypeNames.Of(feature.Type),
        feature.Window is { } window ? $"{feature.Definition} over {window}" : feature.Definition, feature.Description))];

    public override Task<LookupAnswer> AskAsync(
        Job job, string question, DateTimeOffset? at = null, CancellationToken cancellationToken = default)
    {
        var vector = job.Read(service).Read(LookupText.Read<TRequest>(question), at);
        return Task.FromResult(new LookupAnswer(
            $"The newest events that the answer contains are {Behind(vector.Cut.Positions)} behind the time of the features.",
            ["feature", "value", "status", "event time"],
            [.. vector.Names.Select((name, index) => Row(name, vector[index]))]));
    }

    public override LookupSample? Sample(Job job)
    {
        var found = service.Features.Select(static _ => new List<double>()).ToList();
        var (arePartial, areKnown) = (new bool[found.Count], new bool[found.Count]);
        var values = new FeatureValue[found.Count];
        var (entities, watermark) = (0, long.MaxValue);
        foreach (var step in service.Steps)
        {
            var seen = 0;
            foreach (var position in step.Sample(job, MaxEntities, values))
            {
                seen++;
                watermark = Math.Min(watermark, position.WatermarkMs);
                foreach (var slot in step.Slots)
                {
                    found[slot].Add(values[slot].HasValue ? values[slot].Number ?? 0 : double.NaN);
                    arePartial[slot] |= values[slot].Status == FeatureStatus.Partial;
                    areKnown[slot] |= values[slot].Status == FeatureStatus.Present;
                }
            }

            entities = Math.Max(entities, seen);
        }

        return entities == 0 || watermark == long.MinValue ? null : new(entities, watermark, found)
        {
            ArePartial = [.. arePartial.Zip(areKnown, static (isPartial, isKnown) => isPartial || !isKnown)],
        };
    }

    private static string[] Row(string name, FeatureValue value)
        => [name, value.HasValue ? LookupText.Of(value.ToObject()) : "-", $"{value.Status}",
            value.EventTime?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-"];

    private static string Behind(IReadOnlyList<FeaturePosition> positions)
        => positions.Max(static position => position.Lag) is var lag && lag == TimeSpan.MaxValue
            ? "not known to be" : string.Create(CultureInfo.InvariantCulture, $"{lag.TotalSeconds:0.#} s");
}
