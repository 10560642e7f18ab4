namespace Dataflow.Hosting.Health;

/// <summary>Describes why a pipeline has failed for good, without words of the user's exceptions, which may quote records.</summary>
internal static class Failures
{
    public static string Describe(HostedPipeline pipeline)
    {
        var error = pipeline.Failure!;
        var reason = pipeline.Job?.Status.LastError
            ?? (error is DataflowException and not OperatorException ? error.Message : error.GetType().ToString());
        return $"Pipeline '{pipeline.Name}' has failed: {reason}";
    }
}
