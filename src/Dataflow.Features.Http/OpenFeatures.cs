namespace Dataflow.Features.Http;

/// <summary>A service, opened for reading.</summary>
internal abstract class OpenFeatures
{
    /// <summary>Reads the features of all rows of a request.</summary>
    /// <exception cref="KeyElsewhereException">Another process has an entity of a row.</exception>
    public abstract IReadOnlyList<FeatureVector> Read(ReadOnlyMemory<byte> body, IReadOnlyList<EntityColumn> columns);

    /// <summary>Finds out which rows another process has to be asked for; null: this one can answer.</summary>
    public abstract KeyElsewhereException?[] FindElsewhere(ReadOnlyMemory<byte> body, IReadOnlyList<EntityColumn> columns);
}

internal sealed class OpenFeatures<TRequest>(FeatureReader<TRequest> reader, EntityRows<TRequest> rows) : OpenFeatures
{
    public override IReadOnlyList<FeatureVector> Read(ReadOnlyMemory<byte> body, IReadOnlyList<EntityColumn> columns)
        => reader.ReadWithFailures(rows.Read(body.Span, columns));

    public override KeyElsewhereException?[] FindElsewhere(ReadOnlyMemory<byte> body, IReadOnlyList<EntityColumn> columns)
        => [.. rows.Read(body.Span, columns).Select(FindElsewhere)];

    private KeyElsewhereException? FindElsewhere(TRequest request)
    {
        try
        {
            reader.ReadWithFailures([request]);
            return null;
        }
        catch (KeyElsewhereException elsewhere)
        {
            return elsewhere;
        }
    }
}
