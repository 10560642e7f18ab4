using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dataflow.Serialization;

/// <summary>Codecs that are made while the program runs, for types that reflection looks at. Programs that are trimmed, or compiled ahead
/// of time, have none: there <see cref="DataflowRecordAttribute"/> makes the codecs.</summary>
internal static class ReflectedCodecs
{
    /// <summary>The justification of code that looks at types, or makes code, where it is reached with <see cref="AreSupported"/>
    /// only.</summary>
    public const string Only = "Called where codecs are found by reflection only.";

    private const string Switch = "Dataflow.ReflectedCodecs"; // set by Dataflow.Reflection.targets

    /// <summary>Whether there are any. All code that looks at types with reflection, or makes code, runs only then.</summary>
    [FeatureSwitchDefinition(Switch)]
    [FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))]
    [FeatureGuard(typeof(RequiresDynamicCodeAttribute))]
    public static bool AreSupported { get; } =
        (!AppContext.TryGetSwitch(Switch, out var isOn) || isOn) && RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>Makes an instance of a generic type.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = Only)]
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Only)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Only)]
    public static object Make(Type generic, Type[] of, params object?[] arguments)
        => Activator.CreateInstance(generic.MakeGenericType(of), arguments)!;
}
