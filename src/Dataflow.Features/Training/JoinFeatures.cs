
namespace Dataflow.Features;

static partial class FeatureVerbs
{
    extension<TLabel>(Stream<TLabel> labels)
    {
        /// <summary>Joins each label with the features as of its event time: of all events strictly before it, including late ones that
        /// have arrived by then.</summary>
        /// <remarks>A row is emitted once the watermark, the lower one of labels and events, has passed the label by up to 16 ms; rows of a
        /// key are in the order of time. Labels and events may come in any order within their <c>maxOutOfOrderness</c>; unordered labels
        /// can be sorted by their source (<c>OrderBy</c>). A label that arrives behind the watermark becomes a dead letter, whatever the
        /// pipeline's <see cref="ErrorPolicy"/>: none is lost silently. The steps keep panes of their own, beside those that
        /// serve.</remarks>
        /// <param name="service">The service with the features; made in the same pipeline.</param>
        /// <param name="request">Makes the request for a label; called on the task's thread.</param>
        /// <param name="result">Computes the row; called on the task's thread. It may keep the vector.</param>
        /// <example><code>
        /// pipeline.From(Source.Of(paid, "payments"))
        ///     .WithEventTime(payment => payment.Time)
        ///     .JoinFeatures(
        ///         advice, payment => payment.Customer,
        ///         (payment, known) =>
        ///             $"{payment.Time:HH:mm} {payment.Customer} paid {payment.Euro}, knew of {known["pieces_1h"].As&lt;long>()} pieces")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> JoinFeatures<TRequest, TOut>(
            FeatureService<TRequest> service, Func<TLabel, TRequest> request, Func<TLabel, FeatureVector, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(service);
            ArgumentNullException.ThrowIfNull(request);
            ArgumentNullException.ThrowIfNull(result);
            var rows = labels.Select(static label => new FeatureRow<TLabel>(label, null, null, default), $"{service.Name}-labels");
            foreach (var step in service.Steps) rows = step.AddAsOf(rows, service, request);
            return rows.Select(row => result(row.Label, service.VectorOf(in row)), $"{service.Name}-rows");
        }

        /// <summary>Joins each label with the features as of its event time; the label itself is the request.</summary>
        /// <inheritdoc cref="JoinFeatures{TLabel, TRequest, TOut}(Stream{TLabel}, FeatureService{TRequest}, Func{TLabel, TRequest}, Func{TLabel, FeatureVector, TOut})"/>
        public Stream<TOut> JoinFeatures<TOut>(FeatureService<TLabel> service, Func<TLabel, FeatureVector, TOut> result)
            => labels.JoinFeatures(service, static label => label, result);
    }

    extension(Pipeline pipeline)
    {
        /// <summary>Joins labels with the features as they were known: exactly as <see cref="FeatureReader{TRequest}"/> answered at each
        /// label's cut, late events included, bit for bit.</summary>
        /// <remarks>All labels are read before the first event and kept until the replay reaches their cuts. All events of a key must come
        /// from one split, in its order, and be the served ones: with the same offsets. Rows are emitted as the replay reaches them; their
        /// time is that of the cut, so they are not in order.</remarks>
        /// <param name="labels">The labels; bounded.</param>
        /// <param name="service">The service with the features; made in the same pipeline. Every view is read by a key of the
        /// request.</param>
        /// <param name="request">Makes the request for a label; called on the task's thread.</param>
        /// <param name="cut">Selects the <see cref="FeatureVector.Cut"/> of the answer; called on the task's thread.</param>
        /// <param name="result">Computes the row; called on the task's thread. It may keep the vector.</param>
        /// <exception cref="ArgumentException">The service reads a view by a key that is computed from features.</exception>
        /// <example><code>
        /// known.JoinFeaturesAsKnown(
        ///         s_served, Advice(known.From(Topic.Of&lt;Order>("orders").StopAtEnd())), answer => answer.Request, answer => answer.Cut,
        ///         (answer, features) => $"{answer.Request} was told {features["pieces_1h"].As&lt;long>()} pieces")
        ///     .To(Sink.Console&lt;string>());
        /// </code></example>
        public Stream<TOut> JoinFeaturesAsKnown<TLabel, TRequest, TOut>(
            Source<TLabel> labels, FeatureService<TRequest> service, Func<TLabel, TRequest> request, Func<TLabel, FeatureCut> cut,
            Func<TLabel, FeatureVector, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(pipeline);
            ArgumentNullException.ThrowIfNull(labels);
            ArgumentNullException.ThrowIfNull(service);
            ArgumentNullException.ThrowIfNull(request);
            ArgumentNullException.ThrowIfNull(cut);
            ArgumentNullException.ThrowIfNull(result);
            var rows = pipeline.From(labels).Select(label => service.NewRow(label, cut(label)), $"{service.Name}-labels");
            var parts = service.Steps.Where(static step => step.ReadsView).Select(step => step.AddAsKnown(rows, service, request)).ToList();
            var joined = parts.Skip(1).Aggregate(parts[0], static (all, part) => all.Union(part));
            if (parts.Count > 1) joined = CollectPartsNode<TLabel>.Add(joined, service.Name, parts.Count);
            foreach (var step in service.Steps.Where(static step => !step.ReadsView)) joined = step.AddAsOf(joined, service, request);
            return joined.Select(row => result(row.Label, service.VectorOf(in row)), $"{service.Name}-rows");
        }

        /// <summary>Joins the labels of a topic, such as one to which answers were logged, with the features as they were known; read up to
        /// its end when the job first starts.</summary>
        /// <inheritdoc cref="JoinFeaturesAsKnown{TLabel, TRequest, TOut}(Pipeline, Source{TLabel}, FeatureService{TRequest}, Func{TLabel, TRequest}, Func{TLabel, FeatureCut}, Func{TLabel, FeatureVector, TOut})"/>
        public Stream<TOut> JoinFeaturesAsKnown<TLabel, TRequest, TOut>(
            Topic<TLabel> labels, FeatureService<TRequest> service, Func<TLabel, TRequest> request, Func<TLabel, FeatureCut> cut,
            Func<TLabel, FeatureVector, TOut> result)
        {
            ArgumentNullException.ThrowIfNull(labels);
            return pipeline.JoinFeaturesAsKnown(labels.StopAtEnd().AsSource(), service, request, cut, result);
        }
    }
}
