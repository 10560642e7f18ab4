
namespace Dataflow.Features;

static partial class FeatureVerbs
{
    extension<TLabel>(Stream<TLabel> labels)
    {
        /// <summary>Joins each label with the features as of its event time: of all events strictly before it, late ones included as far as
        /// they have come by then.</summary>
        /// <remarks>A row goes out once the watermark, the lesser of labels and events, has passed the label by up to 16 ms; rows of a key
        /// are in the order of time. Labels and events may come in any order within their <c>maxOutOfOrderness</c>; labels in no order are put
        /// in order by their source (<see cref="Verbs"/>). A label that comes when the watermark has passed it is a dead letter,
        /// whatever the pipeline says of errors: none is lost without a word. The steps keep panes of their own, beside those that
        /// serve.</remarks>
        /// <param name="service">Which features; made in the same pipeline.</param>
        /// <param name="request">What would be asked for a label; called on the task's thread.</param>
        /// <param name="result">Makes the row; called on the task's thread. The vector is its own.</param>
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

        /// <summary>As the other form, where a label is what is asked.</summary>
        /// <inheritdoc cref="JoinFeatures{TLabel, TRequest, TOut}(Stream{TLabel}, FeatureService{TRequest}, Func{TLabel, TRequest}, Func{TLabel, FeatureVector, TOut})"/>
        public Stream<TOut> JoinFeatures<TOut>(FeatureService<TLabel> service, Func<TLabel, FeatureVector, TOut> result)
            => labels.JoinFeatures(service, static label => label, result);
    }

    extension(Pipeline pipeline)
    {
        /// <summary>Joins labels with the features as they were known: as <see cref="FeatureReader{TRequest}"/> answered at each label's
        /// cut, late events and all, bit for bit.</summary>
        /// <remarks>All labels are read before the first event and kept until the replay has come to their cuts. All events of a key must
        /// come from one split, in its order, and be those that were served: the same offsets. Rows come as the replay reaches them; their
        /// time is that of the cut and not in order.</remarks>
        /// <param name="labels">The labels; bounded.</param>
        /// <param name="service">Which features; made in the same pipeline. Every view is read by a key of the request.</param>
        /// <param name="request">What was asked for a label; called on the task's thread.</param>
        /// <param name="cut">The <see cref="FeatureVector.Cut"/> of the answer; called on the task's thread.</param>
        /// <param name="result">Makes the row; called on the task's thread. The vector is its own.</param>
        /// <exception cref="ArgumentException">The service reads a view by a key that is made of features.</exception>
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

        /// <summary>As the other form, of a topic, such as one that answers were logged to: up to where it ends when the job first starts.</summary>
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
