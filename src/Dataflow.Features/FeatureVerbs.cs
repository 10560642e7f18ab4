using System.ComponentModel;

namespace Dataflow.Features;

/// <summary>The verbs of features, as extension members of streams, feature services and jobs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class FeatureVerbs;
