namespace Dataflow.Tests.Connectors;

/// <summary>Reads sources as a job does that makes dead letters.</summary>
internal static class Reads
{
    /// <summary>All values of a source, and why those that are missing could not be read.</summary>
    public static (List<T> Values, List<string> Faults) All<T>(Source<T> source)
    {
        var context = new SourceContext(null!, TimeProvider.System);
        var split = Assert.Single(source.Describe(context));
        var (values, faults, buffer) = (new List<T>(), new List<string>(), new Record<T>[7]);
        using var reader = source.Open(new SourceSplit(0, 0, split.Name, split.End), 0, context);
        reader.OnReject = error => faults.Add(error.InnerException!.Message);
        while (!reader.IsFinished) values.AddRange(buffer[..reader.Read(buffer)].Select(record => record.Value));
        return (values, faults);
    }
}
