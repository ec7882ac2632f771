Feature: An endpoint that is carried about
  Through places without any network, away and back, to another site, asleep in a bag.

  @MOV-05 @must @S6 @stimulus:any
  Rule: What is detected on the way, on no network at all, arrives once

    Scenario: Detections on the way
      Given the product works in a closed network
      And the endpoint is cut off from every network
      When several attacks happen
      And the endpoint arrives where the product reaches its cloud
      Then each of them arrives, and none is told twice

    @stimulus:attack
    Scenario: More than it can carry
      Given the product works with a queue that can be filled
      And the endpoint is cut off from every network
      When more attacks happen than its queue holds
      And the endpoint arrives where the product reaches its cloud
      Then what it could not carry is told to the cloud

  @MOV-06 @must @S6 @stimulus:any @traces
  Rule: The cloud knows the endpoint once, whatever happens to it

    Scenario: Away, back, started again, installed again
      Given the product works in a closed network
      And the endpoint has been in the open network
      When the endpoint is moved back to the closed network and has had time to connect
      And the endpoint is started again and has had time to connect
      And the product is removed without any network, and installed again in the closed one
      And an attack happens
      Then the cloud knows the endpoint once

  @MOV-09 @should @S6 @stimulus:any
  Rule: It works at another closed site, with its DNS and its relay

    Scenario: From one closed site to the other
      Given the product works at the first of two closed sites
      When the endpoint is moved to the other site
      And the cheapest way that brings the product to the relay of that site is looked for
      Then it has come to the relay of that site as declared

  @MOV-16 @may @if:tenant-change @stimulus:any
  Rule: Where two closed sites merge it takes the other relay and the other tenant without a new installation

    Scenario: To a site of another tenant
      Given the product works at the first of two closed sites
      And the other site belongs to another tenant of its cloud
      When the endpoint is moved to the other site
      And several attacks happen
      And the product is told the relay of that site and its tenant
      And it has been at that tenant for as long as its slowest interval
      And an attack happens
      Then what waited arrives there, and none is told twice
      And it is the same endpoint at the new tenant, and the old one hears nothing more of it

  @MOV-11 @should @S6 @stimulus:any @traces
  Rule: A new installation does not lose what waits to be sent, or says how much it lost

    Scenario: Installed again with a full bag
      Given the product works in a closed network
      And its removal is allowed
      And the endpoint is cut off from every network
      When several attacks happen
      And it has had its time to notice them
      And the product is removed there, and installed again in the closed network
      Then each of them arrives, or it was said how many are lost

  @MOV-14 @should @S6 @stimulus:any
  Rule: It falls asleep in one network and wakes up in another

    Scenario: Asleep on the way
      Given the product works in a closed network
      When the endpoint sleeps while it is moved to the open network, and wakes up there
      And the cheapest way that brings the product back is looked for
      Then it has recovered as declared
