namespace Dataflow.Tests.Shared;

/// <summary>The folder beside the repository with what tests need and nobody ships: Kafka, data, models.</summary>
internal static class SharedFolder
{
    private const string Variable = "DATAFLOW_SHARED";

    /// <summary>The full path of a file or folder in it; skips the test that asks when it is not there.</summary>
    /// <param name="parts">The names from the shared folder down.</param>
    public static string Find(params ReadOnlySpan<string> parts)
    {
        var root = Environment.GetEnvironmentVariable(Variable) ?? Repository.PathOf("../shared");
        var path = Path.GetFullPath(Path.Combine([root, .. parts]));
        if (!Path.Exists(path)) Assert.Skip($"'{path}' is not there; {Variable} may name another shared folder.");
        return path;
    }
}
