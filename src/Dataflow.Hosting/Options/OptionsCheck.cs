using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Dataflow.Hosting;

/// <summary>Checks the options when the host starts; each message begins with the configuration key.</summary>
internal sealed class OptionsCheck(IConfiguration configuration, IEnumerable<PipelineDefinition> pipelines)
    : IValidateOptions<DataflowOptions>, IValidateOptions<PipelineOptions>
{
    public const string Section = "Dataflow";
    private const int MaxWorkers = 64; // as JobOptions.Workers

    private static readonly string[] s_host = [.. NamesOf<DataflowOptions>(), .. NamesOf<PipelineOptions>()];

    public static string SectionOf(string pipeline) => $"{Section}:Pipelines:{pipeline}";

    public ValidateOptionsResult Validate(string? name, DataflowOptions options)
    {
        List<string> faults = [.. UnknownKeys(Section, s_host), .. UnknownKeys($"{Section}:Health", NamesOf<HealthBounds>())];
        var names = pipelines.Select(static pipeline => pipeline.Name).ToList();
        faults.AddRange(UnknownKeys($"{Section}:Pipelines", names, "pipeline", takesSections: false));
        foreach (var pipeline in names)
        {
            faults.AddRange(UnknownKeys(SectionOf(pipeline), NamesOf<PipelineOptions>()));
            faults.AddRange(UnknownKeys($"{SectionOf(pipeline)}:Health", NamesOf<HealthBounds>()));
        }

        if (options.Directory.Length == 0) faults.Add($"{Section}:Directory is empty.");
        if (options.MinFreeBytes < 0) faults.Add($"{Section}:MinFreeBytes is {options.MinFreeBytes}; it must be 0 or more.");
        return Result(faults);
    }

    public ValidateOptionsResult Validate(string? name, PipelineOptions options)
    {
        var faults = new List<string>();
        Check("Workers", options.Workers, options.Workers is < 1 or > MaxWorkers, $"from 1 to {MaxWorkers}");
        Check(
            "CheckpointInterval", options.CheckpointInterval, options.CheckpointInterval < TimeSpan.FromMilliseconds(1), "at least 1 ms");
        Check("MaxWatermarkDrift", options.MaxWatermarkDrift, options.MaxWatermarkDrift < TimeSpan.Zero, "0 or more");
        Check("MaxRestarts", options.MaxRestarts, options.MaxRestarts < 0, "0 or more");
        Check("RestartDelay", options.RestartDelay, options.RestartDelay < TimeSpan.Zero, "0 or more");
        Check("Shutdown", options.Shutdown, !Enum.IsDefined(options.Shutdown), "Stop or Drain");
        var health = options.Health;
        Check("Health:MaxCheckpointAge", health.MaxCheckpointAge, health.MaxCheckpointAge <= options.CheckpointInterval,
            $"more than CheckpointInterval, {options.CheckpointInterval}");
        Check("Health:MaxWatermarkDelay", health.MaxWatermarkDelay, health.MaxWatermarkDelay <= TimeSpan.Zero, "more than 0");
        Check("Health:MaxLag", health.MaxLag, health.MaxLag < 0, "0 or more");
        Check("Health:MaxStepTime", health.MaxStepTime, health.MaxStepTime <= TimeSpan.Zero, "more than 0");
        return Result(faults);

        void Check(string key, object? value, bool isWrong, string allowed)
        {
            if (isWrong) faults.Add($"{KeyOf(name!, key)} is {value}; it must be {allowed}.");
        }
    }

    private static string[] NamesOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>()
        => [.. typeof(T).GetProperties().Where(static property => property.PropertyType != typeof(ErrorPolicy)) // is set in code
            .Select(static property => property.Name)];

    private static ValidateOptionsResult Result(List<string> faults)
        => faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

    /// <summary>Returns the key that has set an option: that of the pipeline, or that of all.</summary>
    private string KeyOf(string pipeline, string key)
        => configuration[$"{SectionOf(pipeline)}:{key}"] is null && configuration[$"{Section}:{key}"] is not null
            ? $"{Section}:{key}" : $"{SectionOf(pipeline)}:{key}";

    /// <summary>Finds keys that nobody reads. Sections may be other packages'.</summary>
    private IEnumerable<string> UnknownKeys(string section, IReadOnlyList<string> known, string what = "option", bool takesSections = true)
        => from child in configuration.GetSection(section).GetChildren()
           where !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && !(takesSections && child.Value is null)
           select $"{child.Path}: there is no such {what}. There {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known)}.";
}
