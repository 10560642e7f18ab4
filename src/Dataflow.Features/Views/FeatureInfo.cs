namespace Dataflow.Features;

/// <summary>What is known of a feature without computing it.</summary>
/// <param name="Name">Such as <c>delay_mean_1h</c>.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Definition">What it is computed as: <c>mean</c>, <c>last</c>, <c>late_1h / flights_1h</c>.</param>
/// <param name="Window">The window; null if it has none.</param>
/// <param name="DefaultValue">The value where nothing is known; null if there is none.</param>
/// <param name="Description">What it means, for people.</param>
public sealed record FeatureInfo(
    string Name, Type Type, string Definition, Sawtooth? Window = null, object? DefaultValue = null, string Description = "");
