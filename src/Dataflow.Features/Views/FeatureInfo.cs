namespace Dataflow.Features;

/// <summary>The metadata of a feature.</summary>
/// <param name="Name">The feature's name, such as <c>delay_mean_1h</c>.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Definition">The computation: <c>mean</c>, <c>last</c>, <c>late_1h / flights_1h</c>.</param>
/// <param name="Window">The window; null if it has none.</param>
/// <param name="DefaultValue">The value if nothing is known; null if there is none.</param>
/// <param name="Description">The feature's meaning, for people.</param>
public sealed record FeatureInfo(
    string Name, Type Type, string Definition, Sawtooth? Window = null, object? DefaultValue = null, string Description = "");
